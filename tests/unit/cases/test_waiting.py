from chalicelib.cases.model.case import State
from chalicelib.cases.rules.waiting import event_told, state_told
from chalicelib.timeline.events import Event, Json


def an_event(kind: str, /, **data: Json) -> Event:
    return Event(
        owner="case:1",
        seq=1,
        kind=kind,
        occurred_at="2026-09-28T04:00:00Z",
        recorded_at="2026-09-28T04:00:00Z",
        actor="service:filing",
        department="traffic",
        data=data,
        prev_hash="00",
        hash="01",
    )


def told(kind: str, /, **data: Json) -> tuple[str, dict[str, Json]] | None:
    event = event_told(an_event(kind, **data))
    return None if event is None else (event.kind, dict(event.data))


def test_every_wait_looks_the_same_and_other_states_are_told() -> None:
    assert {state_told(state) for state in (State.PENDING_CREDIT, State.PENDING_IDENTITY)} == {State.PENDING_CREDIT}
    assert state_told(State.ACCEPTED) is State.ACCEPTED


def test_an_agent_reads_the_same_events_whatever_a_promise_waits_for() -> None:
    handling: Json = {"kind": "handling_promised"}

    for state, kind, clock in (
        ("pending_credit", "case:credit_awaited", "credit_recheck"),
        ("pending_identity", "case:identity_awaited", "identity_check"),
    ):
        assert told("case:filed", state=state, credit=None) == ("case:filed", {"state": "pending_credit"})
        assert told(kind, clocks_started=[{"kind": clock}]) == ("case:credit_awaited", {"clocks_started": []})
        assert told("clock:warned", kind=clock) is None
        after = told("case:accepted", clocks_stopped=[{"kind": clock}], clocks_started=[handling])
        assert after == ("case:accepted", {"clocks_stopped": [], "clocks_started": [handling]})


def test_everything_else_is_told_as_it_is() -> None:
    assert told("clock:warned", kind="acceptance") == ("clock:warned", {"kind": "acceptance"})
    assert told("case:filed", state="received", materials=["a"]) == (
        "case:filed",
        {"state": "received", "materials": ["a"]},
    )
