"""Letting time pass: the service's clock is moved on, the sweep is run, and the consequences are waited for."""

import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from infra.local.aws.clients import queues
from infra.local.aws.shift import shift
from infra.local.aws.sweep import run as run_job
from infra.local.aws.sweep import workers_reports
from infra.local.demo import narration
from infra.local.demo.checks import NotAsItShouldBeError
from infra.local.place import CLOCK_FILE, STACK

T = TypeVar("T")

SHANGHAI = ZoneInfo("Asia/Shanghai")
WAIT_SECONDS = 180.0
ASK_EVERY_SECONDS = 0.2
LEFT: Final = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
"""How many messages a queue holds, and how many more a worker has in hand."""


def set_clock(day_and_time: str) -> datetime:
    """Let the service's clock run on from a moment in Shanghai (``2026-11-20 10:00:00``); return it in UTC."""
    instant = datetime.fromisoformat(day_and_time).replace(tzinfo=SHANGHAI).astimezone(UTC)
    _shift(round((instant - datetime.now(UTC)).total_seconds()))
    narration.note(f"⏱ 时钟拨到 {day_and_time}(上海) · the clock shows {instant:%Y-%m-%dT%H:%M:%SZ} and runs on")
    return instant


def service_now() -> str:
    """Return what the service's clock shows, in whole seconds."""
    return (datetime.now(UTC) + timedelta(seconds=int(CLOCK_FILE.read_text()))).strftime("%Y-%m-%dT%H:%M:%SZ")


def today() -> date:
    """Return the day in China by the service's clock."""
    return datetime.fromisoformat(service_now()).astimezone(SHANGHAI).date()


def set_clock_to_now() -> None:
    """Let the service's clock show the real time again."""
    _shift(0)


def sweep() -> None:
    """Run the sweep of due clocks, as the timer does each minute, and wait for its workers."""
    what = "the sweep (到期扫描)"
    text, succeeded = run_job("sweep")
    if not succeeded:
        raise NotAsItShouldBeError(what, expected="no failure", came=text)
    handed_on = {shard["shard"] for shard in json.loads(text)["shards"] if shard["due"]}

    def look() -> list[dict[str, Any]] | None:
        reports = workers_reports(text)
        return reports if handed_on == {report["shard"] for report in reports} else None

    reports = wait_for("the reports of all workers (各分片的扫描结果)", look)
    failed = [report for report in reports if report["failed"]]
    if failed:
        raise NotAsItShouldBeError(what, expected="no failure", came=failed)
    moved = sum(report["moved"] for report in reports)
    narration.note(f"⏱ 到期扫描推进 {moved} 个时钟 · the sweep moved {moved} clocks on")


def hourly() -> dict[str, Any]:
    """Run the hourly job, as its timer does; return what it did."""
    text, succeeded = run_job("hourly")
    if not succeeded:
        what = "the hourly job (每小时提醒)"
        raise NotAsItShouldBeError(what, expected="no failure", came=text)
    done: dict[str, Any] = json.loads(text)
    narration.note(
        f"⏱ 每小时任务生成 {done['digests_made']} 份摘要 · the hourly job made {done['digests_made']} digests"
    )
    return done


def wait_for(what: str, look: Callable[[], T | None]) -> T:
    """Look again and again until there is something; what events bring about comes a moment after them."""
    deadline = time.monotonic() + WAIT_SECONDS
    while (found := look()) is None:
        if time.monotonic() > deadline:
            raise NotAsItShouldBeError(what, expected=f"within {WAIT_SECONDS:.0f} s", came="nothing")
        time.sleep(ASK_EVERY_SECONDS)
    return found


def let_everything_be_delivered() -> None:
    """Wait until every alert so far is pushed or kept for a digest.

    A message still in the queue would be taken when the clock shows another day, and go into that day's digest.
    """
    queue = queues().get_queue_url(QueueName=f"{STACK}-deliver")["QueueUrl"]

    def look() -> bool | None:
        left = queues().get_queue_attributes(QueueUrl=queue, AttributeNames=list(LEFT))["Attributes"]
        return True if all(left[name] == "0" for name in LEFT) else None

    # An alert stands in the inbox a moment before its order stands in the queue.
    time.sleep(1)
    wait_for("an empty queue of deliveries (推送队列)", look)


def _shift(seconds: int) -> None:
    shift(seconds)
    CLOCK_FILE.write_text(str(seconds))
