"""Editions of the list of measures, on the services as they are wired."""

from dataclasses import replace
from datetime import UTC, date, datetime

from chalicelib.container import container
from chalicelib.sanctions.model.flags import Flag, MeasureList
from chalicelib.sanctions.store.flags import measure_lists
from tests.services.credit_office import CREDIT

NOW = datetime(2026, 10, 9, 1, 0, tzinfo=UTC)
"""A morning in Shanghai, after the flag's defence was over."""
TODAY = date(2026, 10, 9)


def an_edition(edition: str = "2026", *, on: date = TODAY, without: str = "9") -> MeasureList:
    (packaged,) = measure_lists()
    kept = tuple(measure for measure in packaged.measures if measure.code != without)
    return replace(packaged, edition=edition, in_force_from=on, measures=kept)


def load(edition: MeasureList, *, at: datetime = NOW) -> None:
    container().measure_editions.load(edition, by=CREDIT, at=at)


def seen(flag: Flag) -> Flag:
    return container().flags.get(flag.flag_id, by=CREDIT)


def resume(flag: Flag, *, by: object = CREDIT, at: datetime = NOW) -> Flag:
    return container().reinstatement.resume(flag.flag_id, "清单已恢复。", by=by, version=seen(flag).version, at=at)  # type: ignore[arg-type]
