"""The service does what its OpenAPI document says, whatever it is sent (``make fuzz`` sends more)."""

import pytest

from tests.depth import goes
from tests.fuzz.run import fuzz
from tests.fuzz.town import town_on


@goes("requests", usually=200, deep=20_000)
def test_whatever_is_sent_every_answer_is_as_the_document_says(
    engine: str, requests: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with town_on(engine) as town:
        outcome = fuzz(town, requests=requests)

    with capsys.disabled():
        print("", *outcome.report(), sep="\n")  # noqa: T201 - the figures are what make fuzz is for
    assert outcome.requests >= requests
    assert outcome.failures == {}
