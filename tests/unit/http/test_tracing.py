"""Whose trace a request belongs to, as W3C Trace Context has it."""

import pytest

from chalicelib.http.app import trace_of

TRACE, STEP = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize("name", ["traceparent", "Traceparent", "TraceParent"])
@pytest.mark.parametrize("sent", [f"00-{TRACE}-{STEP}-01", f"00-{TRACE}-{STEP}-00", f"cc-{TRACE}-{STEP}-01-later"])
def test_a_trace_is_known_by_its_own_id_and_that_of_the_callers_step(name: str, sent: str) -> None:
    assert trace_of({"headers": {name: sent}}) == {"trace_id": TRACE, "parent_id": STEP}


@pytest.mark.parametrize(
    "sent",
    [
        "",
        f"ff-{TRACE}-{STEP}-01",
        f"00-{TRACE}-{STEP}-01-more",
        f"00-{TRACE}-{STEP}",
        f"00-{TRACE.upper()}-{STEP}-01",
        f"00-{'0' * 32}-{STEP}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}-{STEP}-01\n",
        f"cc-{TRACE}-{STEP}-01more",
        "张三",
    ],
)
def test_a_header_that_is_no_trace_is_passed_over(sent: str) -> None:
    assert trace_of({"headers": {"traceparent": sent}}) == {}


@pytest.mark.parametrize("event", [{}, {"headers": None}, {"headers": {"accept": "*/*"}}])
def test_most_requests_have_none(event: dict[str, object]) -> None:
    assert trace_of(event) == {}
