"""Everything that has happened in a town is told to those whom it concerns, in words that hold nothing of anybody."""

import re
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.container import container
from chalicelib.messages.model.messages import Message
from chalicelib.messages.rules.messages import words_of
from chalicelib.messages.services.messages import Messages
from chalicelib.messages.store.telling import templates
from chalicelib.messages.table.messages import MessageRow
from chalicelib.timeline.store import event_from
from chalicelib.timeline.table import EventRow
from tests.api.bodies import RECORD
from tests.api.world import TODAY, World, world

__all__ = ["world"]

AS_IF = {"rating:given": "rating:answered", "document:cleared": "document:refused"}
"""What did not happen in the town, and is told as if it had."""

A_NUMBER = re.compile(r"\d{17}[\dX]|\d{15}|[0-9A-Z]{18}")
"""An identity number, an old one, or a number of an organisation."""


def everything_told() -> list[Message]:
    """Tell every event that the town's timelines hold, and return the messages."""
    for row in EventRow.scan():
        event = event_from(row.attribute_values)
        container().messages.on_event(replace(event, kind=AS_IF.get(event.kind, event.kind)), TODAY)
    return [row.document for row in MessageRow.scan(MessageRow.sk.startswith("message#"))]


def test_a_town_is_told_of_each_kind_of_matter(world: World) -> None:
    world.send("PUT", "/v1/credit/records/market/serious", RECORD, as_="system.market")
    told = everything_told()

    assert {message.owner.partition(":")[0] for message in told} == {
        "alias",
        "authority",
        "case",
        "complaint",
        "conflict",
        "credit",
        "document",
        "flag",
        "objection",
        "rating",
        "repair",
    }
    assert {"correction_asked", "hearing_opened", "overdue", "flag_served", "record_bars", "complaint_answered"} <= {
        message.kind for message in told
    }
    company = world.send("GET", "/v1/messages?limit=100", as_="company").body["items"]
    assert {one["kind"] for one in company} >= {"record_bars", "flag_in_force", "objection_received", "repair_received"}


def test_no_message_says_who_it_is_about(world: World) -> None:
    del world
    for message in everything_told():
        for language in ("zh", "en"):
            words = words_of(message, templates()[message.kind], language)
            assert not A_NUMBER.search(f"{words.title} {words.text} {message.link}"), message.kind
            assert "{" not in words.text
            assert "页面所示" not in words.text, (message.kind, message.event)


def test_a_notice_that_is_opened_says_what_it_asks_even_if_its_time_runs_before_the_answer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything_told()
    prove = Messages.prove
    monkeypatch.setattr(Messages, "prove", lambda *args, **kwargs: (prove(*args, **kwargs), everything_told())[0])
    notice = next(one for one in of_kind(world, "hearing_opened") if one["needs"]["open"])

    opened = world.send("POST", f"/v1/messages/{notice['id']}/reading", as_="applicant").body

    (now,) = (one for one in of_kind(world, "hearing_opened") if one["id"] == notice["id"])
    (runs,) = (one for one in of_kind(world, "hearing_runs") if one["link"] == notice["link"])
    assert opened["needs"] == notice["needs"]
    assert (now["needs"]["open"], runs["needs"]["open"]) == (False, True)


def of_kind(world: World, kind: str) -> list[dict[str, Any]]:
    """The messages of a kind to the applicant."""
    found = world.send("GET", "/v1/messages?limit=100", as_="applicant").body["items"]
    return [one for one in found if one["kind"] == kind]
