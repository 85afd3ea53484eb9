"""Is it up, and can it reach its stores: for load balancers and people on call; nothing secret."""

from typing import Literal

from chalicelib.http.cursors import cursors
from chalicelib.http.routes import Answer, Call, Routes, Shape
from chalicelib.wiring import services

routes = Routes("health")


class Health(Shape):
    """The good answer; the other one is a problem."""

    status: Literal["ok"] = "ok"


@routes.get("/healthz", public=True, answer=Health, summary="Is it up")
def up(_call: Call[None]) -> Answer[Health]:
    """Answer, which is the answer."""
    return Answer(body=Health())


@routes.get("/readyz", public=True, answer=Health, summary="Can it reach its stores")
def ready(_call: Call[None]) -> Answer[Health]:
    """Read the secret and a key that nothing is stored under; ``UNAVAILABLE`` if either cannot be read."""
    cursors()
    services().subjects.reach()
    return Answer(body=Health())
