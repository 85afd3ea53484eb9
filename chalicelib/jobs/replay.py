"""For operators: hands any span of the past over to be told again."""

from collections.abc import Mapping
from dataclasses import fields
from functools import partial
from typing import Any, Final

from chalicelib.container import container
from chalicelib.jobs.job_log import one_line
from chalicelib.relay.model import Replay

RESERVE_MS: Final = 15_000
"""What is left of the function's time when it stops."""


def replay(wanted: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Do one step of a replay and return it with its position: it is over, or is given back to be gone on with.

    ``wanted`` is a ``Replay`` as JSON, its instants with their offsets. Raises for what is none, and for a listener
    that there is not.
    """
    from pydantic import TypeAdapter  # noqa: PLC0415 - no other job needs it

    if unknown := wanted.keys() - {field.name for field in fields(Replay)}:
        message = f"A replay has no {', '.join(sorted(unknown))}."
        raise ValueError(message)
    form = TypeAdapter(Replay)
    with one_line("replay", context=context) as facts:
        asked = form.validate_python(dict(wanted))
        if asked.since.tzinfo is None or asked.until.tzinfo is None:
            message = "Say of when with an offset: 2026-11-22T00:00:00+08:00"
            raise ValueError(message)
        done = container().relay.replay(asked, is_time_left=partial(_is_time_left, context))
        facts["found"] = done.found
        facts["over"] = done.is_over
        answer: dict[str, Any] = form.dump_python(done, mode="json")
        return answer


def _is_time_left(context: Any) -> bool:  # noqa: ANN401 - Lambda's own, of which Chalice declares less
    return bool(context.get_remaining_time_in_millis() > RESERVE_MS)
