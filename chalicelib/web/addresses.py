"""Every page's address and the file that draws it; a file is imported when one of its pages is first asked for.

Pages are no routes of the API: they answer HTML and stand in no OpenAPI document; each says itself who sees it.
"""

from collections.abc import Mapping
from typing import Final

SHOWING: Final = "chalicelib.web.showing"
"""The file that answers all of them."""

ADDRESSES: Final[Mapping[str, tuple[str, ...]]] = {
    "chalicelib.web.finding": (
        "GET /",
        "GET /items",
        "GET /items/{item_code}",
        "GET /assets/{name}",
    ),
    "chalicelib.web.entering": (
        "GET /login",
        "GET /login/callback",
        "GET /home",
        "POST /logout",
        "GET /logged-out",
    ),
    "chalicelib.web.own_cases": ("GET /cases",),
}
