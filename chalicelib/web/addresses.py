"""Every page's address; a page is imported when one is first asked for, as the API's files are.

Pages are no routes of the API: they answer HTML and stand in no OpenAPI document; ``pages.py`` says who sees them.
"""

from typing import Final

SHOWING: Final = "chalicelib.web.showing"
"""The file that answers all of them."""

ADDRESSES: Final = (
    "GET /",
    "GET /items",
    "GET /items/{item_code}",
    "GET /assets/{name}",
)
