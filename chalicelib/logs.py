"""Logs as events: one JSON line a request or job, facts as fields, no personal data."""

import logging
import sys
from functools import cache

import structlog


@cache
def configure() -> None:
    """Set structlog up to write one JSON object a line to standard output, which Lambda forwards."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=False,
    )


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """Return a logger whose lines carry the name of the part that writes them."""
    configure()
    log: structlog.typing.FilteringBoundLogger = structlog.get_logger(part=name)
    return log
