"""What a function does while Lambda starts it (INIT), on a full core; a request has 58 % of one (1,024 MB).

All seven functions start with ``app.py``. Each prepares what it needs whatever it will be asked: the API its way from
an event to a route and back, a job its own module, and all of them the way to DynamoDB. The rest is imported when it
is first asked for. INIT must end within ten seconds; this takes less than half of one.
"""

import gc
import sys
from importlib import import_module


def prepare(handler: str) -> None:
    """Prepare the function of a handler as Lambda names it (``app.app``, ``app.sweep``); nothing outside Lambda."""
    if not handler:
        return
    # What is imported now stays for good; looking through it for garbage would take a tenth of the time.
    gc.disable()
    # botocore takes pyOpenSSL for TLS where it is installed, and half of cryptography with it; ssl does as well.
    sys.modules["urllib3.contrib.pyopenssl"] = None  # type: ignore[assignment]  # importing it fails from here on
    function = handler.rpartition(".")[2]
    if function == "app":
        _prepare_requests()
    else:
        import_module(f"chalicelib.jobs.{function}")
    _prepare_all()
    gc.freeze()
    gc.enable()


def _prepare_requests() -> None:
    from chalicelib.http import dispatch  # noqa: F401 - it is what every request goes through
    from chalicelib.http.tokens import tokens

    tokens()


def _prepare_all() -> None:
    from chalicelib.dynamo.model import connection
    from chalicelib.logging import configure

    configure()
    connection().client  # noqa: B018 - makes the client
