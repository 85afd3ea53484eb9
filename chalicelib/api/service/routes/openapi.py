"""Publishing what the routes say of themselves."""

from functools import cache

from chalicelib.http.openapi import document
from chalicelib.http.routes import ROUTES, Answer, Call, ResponseBody, Routes, import_all

routes = Routes("health")


class OpenApiResponse(ResponseBody, extra="allow"):
    """An OpenAPI 3.1 document."""

    openapi: str


@routes.get("/openapi.json", public=True, answer=OpenApiResponse, summary="This document")
def openapi(_call: Call[None]) -> Answer[OpenApiResponse]:
    """Publish what the routes say of themselves."""
    return Answer(body=_published())


@cache
def _published() -> OpenApiResponse:
    import_all()
    return OpenApiResponse.model_validate(document(ROUTES))
