"""Is it up, and can it reach its stores: for load balancers and people on call; nothing secret."""

from typing import Literal

from chalicelib.container import container
from chalicelib.http.cursors import cursors
from chalicelib.http.routes import Answer, Call, ResponseBody, Routes

routes = Routes("health")


class HealthResponse(ResponseBody):
    """The good answer; the other one is a problem."""

    status: Literal["ok"] = "ok"


@routes.get("/healthz", public=True, answer=HealthResponse, summary="Whether the service is up")
def up(_call: Call[None]) -> Answer[HealthResponse]:
    """Answer, which is the answer."""
    return Answer(body=HealthResponse())


@routes.get("/readyz", public=True, answer=HealthResponse, summary="Whether the service reaches its stores")
def ready(_call: Call[None]) -> Answer[HealthResponse]:
    """Read the secret and a key that nothing is stored under; ``UNAVAILABLE`` if either cannot be read."""
    cursors()
    container().subjects.reach()
    return Answer(body=HealthResponse())
