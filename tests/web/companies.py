"""An organisation with a record, and its ways back, by pages and forms alone."""

from datetime import timedelta

import pytest

from tests.api.bodies import RECORD
from tests.builders import NOON
from tests.cloud import Client, TokenOf, turn_clock
from tests.web.visitor import Come, Visitor

ENTRY = "market/r-1"


@pytest.fixture
def company(visitor: Come, client: Client, token: TokenOf) -> Visitor:
    """An organisation about which the market department knows something."""
    turn_clock(NOON + timedelta(minutes=1))
    paper = {**RECORD["document"], "effective_on": "2026-05-10"}
    body = {**RECORD, "severity": "serious", "dates": {"judged_on": "2026-05-10"}, "document": paper}
    sent = client.put(f"/v1/credit/records/{ENTRY}", body, token=token("system.market"))
    assert sent.status in {200, 201}, sent.text
    return visitor("company")


@pytest.fixture
def objection(company: Visitor) -> str:
    """An objection that waits, by its page in the office."""
    form = company.open(f"/credit/objection?entry={ENTRY}")
    made = company.send(form, "objection", {"ground": "fact", "text": "罚款当日已缴。"})
    return made.path.partition("?")[0].replace("/credit/", "/matters/")


@pytest.fixture
def repair(company: Visitor) -> str:
    """A repair that waits, by its page in the office."""
    turn_clock(NOON + timedelta(days=600))
    form = company.open(f"/credit/repair?entry={ENTRY}")
    (promise,) = [box["value"] or "" for box in form.page.named("input") if box.get("type") == "checkbox"]
    made = company.send(form, "repair", {"proof": "缴款书1号", "promise": promise})
    return made.path.partition("?")[0].replace("/credit/", "/matters/")
