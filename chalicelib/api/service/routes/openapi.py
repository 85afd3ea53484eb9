"""Publishing what the routes say of themselves."""

from functools import cache

from chalicelib.api.addresses import import_all
from chalicelib.http.openapi import document
from chalicelib.http.routes import ROUTES, Answer, Call, Routes, Shape

routes = Routes("health")


class Published(Shape, extra="allow"):
    """An OpenAPI 3.1 document."""

    openapi: str


@routes.get("/openapi.json", public=True, answer=Published, summary="This document")
def openapi(_call: Call[None]) -> Answer[Published]:
    """Publish what the routes say of themselves."""
    return Answer(body=_published())


@cache
def _published() -> Published:
    import_all()
    return Published.model_validate(document(ROUTES))
