"""Structured logs: one JSON line per request or job, facts as fields, no personal data.

structlog is imported when the first line is written: it imports asyncio, which nothing else here needs.
"""

import logging
import sys
import traceback
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from structlog.typing import EventDict, FilteringBoundLogger


def logger(name: str) -> "FilteringBoundLogger":
    """Return a logger whose lines carry the name of their component."""
    import structlog  # noqa: PLC0415 - see above

    configure()
    log: FilteringBoundLogger = structlog.get_logger(part=name)
    return log


def begin(**facts: str) -> None:
    """Start a new context: every following line carries these facts, and none of the earlier ones."""
    from structlog.contextvars import bind_contextvars, clear_contextvars  # noqa: PLC0415 - see above

    clear_contextvars()
    bind_contextvars(**facts)


def tell(**facts: str) -> None:
    """Add facts to every following line until the next ``begin``."""
    from structlog.contextvars import bind_contextvars  # noqa: PLC0415 - see above

    bind_contextvars(**facts)


@cache
def configure() -> None:
    """Configure structlog to write one JSON object per line to standard output, which Lambda forwards."""
    import structlog  # noqa: PLC0415 - see above

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _frames,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _frames(_logger: object, _name: str, event: "EventDict") -> "EventDict":
    """Log an exception's types and stack frames only; its message and values may be personal data."""
    told = event.pop("exc_info", None)
    error = told if isinstance(told, BaseException) else sys.exc_info()[1] if told else None
    chain = []
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        at = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        chain.append({"kind": type(error).__qualname__, "at": at})
        error = error.__cause__ or error.__context__
    return {**event, "exceptions": chain} if chain else event
