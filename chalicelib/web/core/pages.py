"""How pages are declared: each names its address and who sees it, and everything else follows from that."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

from chalicelib.policy import Role
from chalicelib.web.core.request import PageRequest, Shown

View = Callable[[PageRequest], Shown]
V = TypeVar("V", bound=View)

PAGES: "dict[str, Entry]" = {}
"""Every page of every file imported so far, by its name, such as ``GET /items``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One page: who sees it, whether the login must be fresh, and for a form that is sent, where it stands.

    ``undecided``: staff with several roles see it before they say in which they act.
    """

    name: str
    view: View
    roles: frozenset[Role]
    is_public: bool
    is_fresh: bool
    undecided: bool
    stands_at: str


def get(
    path: str, *, roles: Collection[Role] = (), public: bool = False, fresh: bool = False, undecided: bool = False
) -> Callable[[V], V]:
    """Make a function draw a page; ``fresh`` wants a login that is at most 300 seconds old."""
    return _page("GET", path, roles=roles, public=public, fresh=fresh, undecided=undecided, stands_at=path)


def post(
    path: str,
    *,
    roles: Collection[Role] = (),
    public: bool = False,
    form: str,
    fresh: bool = False,
    undecided: bool = False,
) -> Callable[[V], V]:
    """Make a function take a form; ``form`` is the page on which it stands, to come back to after a new login."""
    return _page("POST", path, roles=roles, public=public, fresh=fresh, undecided=undecided, stands_at=form)


def _page(  # noqa: PLR0913 - each is an option of a declaration, and named there
    method: str, path: str, *, roles: Collection[Role], public: bool, fresh: bool, undecided: bool, stands_at: str
) -> Callable[[V], V]:
    def register(view: V) -> V:
        name = f"{method} {path}"
        if public == bool(roles):
            message = f"{name} names its roles or says that it is public, one of the two"
            raise ValueError(message)
        PAGES[name] = Entry(
            name=name,
            view=view,
            roles=frozenset(roles),
            is_public=public,
            is_fresh=fresh,
            undecided=undecided,
            stands_at=stands_at,
        )
        return view

    return register
