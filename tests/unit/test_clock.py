"""The time that cases live by, and the machine's own."""

import base64
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from botocore.session import get_session

from chalicelib.clock import ServiceClock, months_after, real_now
from tests.clock import a_machine_that_stands

AT = datetime(2026, 9, 28, 4, 0, 0, 999_999, tzinfo=UTC)


def test_cases_live_by_whole_seconds_of_the_machine_s_time() -> None:
    with a_machine_that_stands(AT):
        assert real_now() == AT
        assert ServiceClock().now() == AT.replace(microsecond=0)


def test_the_local_stage_s_clock_is_shifted_and_the_machine_s_is_not() -> None:
    with a_machine_that_stands(AT):
        assert ServiceClock(timedelta(days=-11)).now() == datetime(2026, 9, 17, 4, 0, tzinfo=UTC)
        assert real_now() == AT


def test_what_is_signed_for_aws_is_the_same_as_long_as_the_machine_stands() -> None:
    s3: Any = get_session().create_client(
        "s3", region_name="cn-north-1", aws_access_key_id="id", aws_secret_access_key="secret"
    )
    with a_machine_that_stands(AT):
        address = s3.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})
        form = s3.generate_presigned_post(Bucket="b", Key="k")["fields"]
    assert "X-Amz-Date=20260928T040000Z" in address
    assert form["x-amz-date"] == "20260928T040000Z"
    assert json.loads(base64.b64decode(form["policy"]))["expiration"] == "2026-09-28T05:00:00Z"


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
    ],
)
def test_months_end_on_the_same_day_or_the_months_last(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later
