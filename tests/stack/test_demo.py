"""Claims about the story's own tools: a story that cannot fail would show nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib.errors import DomainError
from chalicelib.subjects.rules.signing_keys import key_id_of, signing_key_of, verify_detached
from chalicelib.web.core.navigation import PLACES
from chalicelib.workdays.model.limits import DayReason
from infra.local.demo.checks import NotAsItShouldBeError, expect, expect_part, expect_words, the_one
from infra.local.demo.filing import DAY_REASONS
from infra.local.demo.first_pages import FIRST_PAGES
from infra.local.demo.person import Answer, Person
from infra.local.demo.signing import Pen
from infra.local.demo.walk import STEPS
from infra.local.identity import personas

ROOT = Path(__file__).resolve().parents[2]


class Enroller(Person):
    """Somebody whose key is taken without a service."""

    def __init__(self) -> None:
        super().__init__("applicant")
        self.jwk: dict[str, Any] = {}

    def post(self, path: str, body: Mapping[str, Any], **about: object) -> Answer:
        assert (path, about) == ("/v1/signing-keys", {})
        self.jwk = body["jwk"]
        key_id = signing_key_of(self.jwk, at=datetime(2026, 11, 20, tzinfo=UTC)).key_id
        return Answer(asked=path, status=201, body={"key_id": key_id}, headers={})


def an_answer(status: int, **body: object) -> Answer:
    return Answer(asked="x", status=status, body=body, headers={"content-type": "application/problem+json"})


def test_a_pen_signs_exactly_one_text_as_the_service_wants_it() -> None:
    owner = Enroller()
    pen = Pen(owner)

    signature = pen.sign('{"promise":"旧车牌"}')

    key = signing_key_of(owner.jwk, at=datetime(2026, 11, 20, tzinfo=UTC))
    assert key_id_of(signature) == pen.key_id
    verify_detached(signature, '{"promise":"旧车牌"}', key)
    with pytest.raises(DomainError):
        verify_detached(signature, '{"promise":"旧车牌."}', key)


def test_every_reason_of_a_day_has_a_name() -> None:
    assert DAY_REASONS.keys() == {reason.value for reason in DayReason}


def test_every_step_of_the_story_is_told_in_its_page() -> None:
    page = (ROOT / "docs/demo.md").read_text(encoding="utf-8")

    told = [line.partition(" · ")[2] for line in page.splitlines() if line.startswith("Step ")]

    assert told == [english for _, english, _ in STEPS]
    assert f"All {len(STEPS)} steps were as they should be." in page
    assert [line for one in FIRST_PAGES for line in (one.chinese, f"/{one.page}") if line not in page] == []


def test_the_story_ends_with_the_first_page_of_every_role_and_somebody_who_has_it() -> None:
    told = {one.role: (one.page, personas()[one.persona]["claims"]["roles"] == [one.role]) for one in FIRST_PAGES}

    assert told == {role.value: (places[0][0], True) for role, places in PLACES.items()}


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_what_a_readme_quotes_of_the_story_stands_in_its_page(readme: str) -> None:
    page = (ROOT / "docs/demo.md").read_text(encoding="utf-8").splitlines()
    after = (ROOT / readme).read_text(encoding="utf-8").partition("(docs/demo.md)")[2]

    quoted = after.split("```")[1].strip().splitlines()

    assert len(quoted) > 10
    assert [line for line in quoted if line not in page] == []


def test_what_is_not_as_expected_ends_the_story_with_both_values() -> None:
    with pytest.raises(NotAsItShouldBeError, match=r"the light\n.*'red'\n.*'yellow'"):
        expect("the light", "yellow", "red")


@pytest.mark.parametrize("found", [[], [{"kind": "a"}, {"kind": "a"}], [{"kind": "b"}]])
def test_the_one_is_neither_none_nor_several(found: list[dict[str, Any]]) -> None:
    with pytest.raises(NotAsItShouldBeError):
        the_one("thing", found, kind="a")


@pytest.mark.parametrize("came", [None, "", " ", 3])
def test_a_text_says_something(came: object) -> None:
    with pytest.raises(NotAsItShouldBeError):
        expect_words("text", came)


@pytest.mark.parametrize("came", [None, "第40条", ["第64条"]])
def test_a_part_must_be_in_a_text(came: object) -> None:
    with pytest.raises(NotAsItShouldBeError):
        expect_part("article", came, "第64条")


@pytest.mark.parametrize(
    "answer", [an_answer(200), an_answer(409, code="DEFENCE_OPEN"), an_answer(403, code="SAME_PERSON")]
)
def test_a_refusal_is_expected_with_its_status_and_code(answer: Answer) -> None:
    with pytest.raises(NotAsItShouldBeError):
        answer.is_refused(409, "SAME_PERSON")


def test_another_status_than_expected_ends_the_story() -> None:
    with pytest.raises(NotAsItShouldBeError):
        an_answer(500).is_done(200)
