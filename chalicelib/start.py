"""What a function does while Lambda starts it (INIT), on a full core; a request has 58 % of one (1,024 MB).

All functions start with ``app.py``. Each prepares what it needs whatever it will be asked: the API its way from
an event to a route and back, a job its own module, and all of them the way to DynamoDB. The rest is imported when it
is first asked for. INIT must end within ten seconds; this takes less than half of one.
"""

import dataclasses
import gc
import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Final


def prepare(handler: str) -> None:
    """Prepare the function of a handler as Lambda names it (``app.app``, ``app.sweep``); nothing outside Lambda.

    Chalice's own commands, which import ``app.py`` as well, end with a word of what is missing.
    """
    if not handler:
        if "chalice.cli" in sys.modules:
            _require_assets()
        return
    # What is imported now stays for good; looking through it for garbage would take a tenth of the time.
    gc.disable()
    _leave_out()
    function = handler.rpartition(".")[2]
    if function == "app":
        _prepare_requests()
    else:
        import_module(f"chalicelib.jobs.{function}")
    _prepare_all()
    gc.freeze()
    gc.enable()


def _require_assets() -> None:
    """Without them, what is served or packaged would answer every page with an error."""
    from chalicelib.web.core.assets import BUILT

    if not any(BUILT.glob("*.css")):
        sys.exit(f"The portal's assets are not built ({BUILT} has no style sheet): run make assets first.")


def _leave_out() -> None:
    """Keep libraries from importing what no function of ours uses, a tenth of a cold start."""
    # botocore takes pyOpenSSL for TLS where it is installed, and half of cryptography with it; ssl does as well.
    sys.modules["urllib3.contrib.pyopenssl"] = None  # type: ignore[assignment]  # importing it fails from here on
    # urllib3 reads a version of HTTP/2's library, pydantic looks for plugins: both by importlib.metadata and zipfile.
    _without_its_own_imports("urllib3.http2")
    _in_place_of("pydantic.plugin._loader", get_plugins=tuple)
    # botocore writes the documentation of each method of a client when somebody reads it.
    _without_its_own_imports("botocore.docs")
    names = ("ClientMethodDocstring", "PaginatorDocstring", "WaiterDocstring")
    _in_place_of("botocore.docs.docstring", **dict.fromkeys(names, _nothing))
    # structlog draws lines in colours for whoever develops.
    _in_place_of("structlog.dev", ConsoleRenderer=_nothing, _has_colors=False, set_exc_info=_nothing)
    # What data classes check and show for developers need not be compiled for each: half of what defining one takes.
    dataclasses.dataclass = _lean
    # pydantic_core describes its schemas by typed dicts, for type checkers alone.
    _with_plain_dicts("pydantic_core.core_schema")
    # structlog has loggers for asyncio, stdnum reads docstrings.
    for name in ("asyncio", "pydoc"):
        _once_used(name)


_dataclass: Final = dataclasses.dataclass


def _lean(cls: type | None = None, /, *, frozen: bool = False, eq: bool = True, **options: Any) -> Any:  # noqa: ANN401 - as the other
    """Make a data class that nobody looks at, as logs hold types and frames alone, and that nothing guards.

    What would change a frozen one is refused by the type checker and by every test; its hash stays that of its fields.
    """
    made = _dataclass(**options | {"repr": False, "eq": eq, "unsafe_hash": frozen and eq})
    return made if cls is None else made(cls)


def _without_its_own_imports(name: str) -> None:
    """Let a package be there without running its ``__init__``; what is in it can be imported."""
    top, _, inner = name.partition(".")
    found = find_spec(top)
    folders = (found and found.submodule_search_locations) or ()
    _in_place_of(name, __path__=[f"{folder}/{inner}" for folder in folders])


def _in_place_of(name: str, **held: object) -> None:
    module = sys.modules[name] = ModuleType(name)
    vars(module).update(held)


class _Plain(dict[str, Any]):
    """A dict in place of a typed one, which takes a tenth of a millisecond to make."""

    def __init_subclass__(cls, *, total: bool = True) -> None:
        pass


def _with_plain_dicts(name: str) -> None:
    """Import a module whose typed dicts nobody reads at run time."""
    module = import_module("typing_extensions" if sys.version_info < (3, 12) else "typing")
    typed = module.TypedDict
    vars(module)["TypedDict"] = _Plain
    try:
        import_module(name)
    finally:
        vars(module)["TypedDict"] = typed


def _once_used(name: str) -> None:
    """Import a module when somebody first asks for something in it."""

    def load(attribute: str) -> Any:  # noqa: ANN401 - whatever a module holds
        del sys.modules[name]
        vars(placeholder).update(vars(import_module(name)))
        return getattr(placeholder, attribute)

    if name not in sys.modules:
        placeholder = sys.modules[name] = ModuleType(name)
        vars(placeholder)["__getattr__"] = load


def _nothing(**_about: object) -> str:
    return ""


def _prepare_requests() -> None:
    from chalicelib.http import dispatch  # noqa: F401 - it is what every request goes through
    from chalicelib.http.tokens import tokens

    tokens()


def _prepare_all() -> None:
    from chalicelib.dynamo.model import connection
    from chalicelib.logging import configure

    configure()
    connection().client  # noqa: B018 - makes the client
