from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.container import container
from chalicelib.credit.model.records import Effect
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.sanctions.model.editions import EvaluationState, Place
from chalicelib.sanctions.model.flags import Flag, FlagState, Service, Target
from chalicelib.sanctions.services import re_evaluation
from chalicelib.sanctions.store.editions import EditionIndexStore, LoadedLists
from chalicelib.sanctions.store.flags import FlagStore, measure_lists
from tests.builders import a_proposal, an_organisation
from tests.services.credit_office import CREDIT, CREDIT2, effect_at, flagged
from tests.services.measure_lists import NOW, TODAY, an_edition, load, resume, seen
from tests.services.timelines import kinds_of
from tests.services.walking import ended

pytestmark = pytest.mark.usefixtures("cloud")


def test_a_dry_run_says_which_flags_would_lose_their_ground_and_writes_nothing() -> None:
    flag = flagged()

    preview = container().measure_editions.preview(an_edition(), by=CREDIT, at=NOW, limit=10, after=None)

    assert [(one.flag.flag_id, one.grounds) for one in preview.losing] == [(flag.flag_id, ("measure_gone",))]
    assert (preview.looked_at, preview.after) == (1, None)
    assert seen(flag).state is FlagState.ACTIVE
    assert EditionIndexStore(container().timeline).index().loaded == ()


@pytest.mark.requirement("R2.10")
def test_a_new_edition_suspends_what_lost_its_ground_at_once_and_checks_follow() -> None:
    flag = flagged()
    assert effect_at(NOW) is Effect.REFUSED

    load(an_edition())

    after = seen(flag)
    assert (after.state, after.version) == (FlagState.SUSPENDED, flag.version + 1)
    assert effect_at(NOW) is Effect.NONE
    assert kinds_of(flag.owner)[-1] == "flag:suspended"
    assert kinds_of(f"credit:{flag.subject}")[-1] == "flag:suspended"
    assert kinds_of("measures:list") == ["measures:loaded"]


def test_an_edition_that_keeps_the_ground_leaves_the_flag_alone() -> None:
    flag = flagged()

    load(an_edition(without="8"))

    assert seen(flag) == flag


@pytest.mark.requirement("R2.10")
def test_an_edition_of_a_later_day_is_evaluated_by_the_sweep_on_its_first_second() -> None:
    flag = flagged()
    load(an_edition(on=date(2026, 10, 20)))
    midnight = datetime(2026, 10, 19, 16, 0, tzinfo=UTC)

    container().clocks.sweep(at=midnight - timedelta(seconds=1))
    assert seen(flag).state is FlagState.ACTIVE
    container().clocks.sweep(at=midnight)

    assert seen(flag).state is FlagState.SUSPENDED


def test_the_sweep_finishes_what_one_batch_had_no_room_for_and_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(re_evaluation, "PAGE", 1)
    flagged()
    load(an_edition())
    minutes = iter(NOW + timedelta(minutes=number) for number in range(1, 10))

    while container().re_evaluation.of("2026").state is not EvaluationState.DONE:  # type: ignore[union-attr]
        container().clocks.sweep(at=next(minutes))

    evaluation = container().re_evaluation.of("2026")
    assert evaluation is not None
    assert (evaluation.suspended, evaluation.failed, evaluation.passage) == (1, 0, 2)


def test_the_same_edition_again_changes_nothing_and_another_under_its_name_is_refused() -> None:
    load(an_edition())
    load(an_edition())

    with pytest.raises(DomainError) as refused:
        load(an_edition(without="8"))

    assert [fault.code for fault in refused.value.faults] == ["KNOWN", "TOO_EARLY"]
    assert kinds_of("measures:list") == ["measures:loaded"]


def test_two_persons_put_a_flag_back_in_force_once_the_ground_exists_again() -> None:
    flag = flagged()
    load(an_edition())
    with pytest.raises(DomainError) as refused:
        resume(flag)
    assert refused.value.code is ErrorCode.MEASURE_NOT_IN_LIST
    assert [fault.code for fault in refused.value.faults] == ["MEASURE_GONE"]
    load(an_edition("2026b", on=TODAY + timedelta(days=1), without="8"))
    later = NOW + timedelta(days=1)

    assert resume(flag, at=later).state is FlagState.SUSPENDED
    assert effect_at(later) is Effect.NONE
    with pytest.raises(DomainError) as same:
        resume(flag, at=later)
    assert same.value.code is ErrorCode.SAME_PERSON
    assert resume(flag, by=CREDIT2, at=later).state is FlagState.ACTIVE
    assert effect_at(later) is Effect.REFUSED
    assert kinds_of(flag.owner)[-2:] == ["flag:resumption_asked", "flag:resumed"]


def test_a_suspended_flag_can_be_lifted_and_ends_by_its_date() -> None:
    flag = flagged()
    load(an_edition())

    lifted = container().flags.lift(
        flag.flag_id, reason="无依据。", basis="第23条", by=CREDIT, version=flag.version + 1, at=NOW
    )

    assert lifted.state is FlagState.LIFTED
    assert ended("flags", at=datetime(2027, 1, 1, tzinfo=UTC)).changed == 0


def test_a_suspended_flag_ends_on_its_day() -> None:
    flag = flagged(ends_on=date(2026, 12, 31))
    load(an_edition())

    assert ended("flags", at=datetime(2027, 1, 1, tzinfo=UTC)).changed == 1
    assert seen(flag).state is FlagState.ENDED


@pytest.mark.requirement("R2.10")
def test_a_flag_proposed_on_an_earlier_edition_is_not_confirmed_without_ground() -> None:
    punishment = container().flags
    noon = datetime(2026, 9, 28, 4, 0, tzinfo=UTC)
    flag = punishment.propose(a_proposal(), Target(about=an_organisation()), by=CREDIT, at=noon).flag
    told = Service(served_at=noon, method="直接送达", proof="回证1号")
    punishment.serve(flag.flag_id, told, by=CREDIT, version=1, at=noon)
    load(an_edition())

    with pytest.raises(DomainError) as refused:
        punishment.confirm(flag.flag_id, "事实清楚。", statement_answer="", by=CREDIT2, version=2, at=NOW)

    assert refused.value.code is ErrorCode.MEASURE_NOT_IN_LIST


def test_one_poisoned_flag_does_not_keep_the_others_from_being_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    flagged()

    def torn(*_: object) -> Flag:
        raise RuntimeError

    monkeypatch.setattr(FlagStore, "load", torn)
    standing = container().measure_editions.load(an_edition(), by=CREDIT, at=NOW)

    assert standing.evaluation is not None
    assert standing.evaluation.failed == 1


def test_a_dry_run_goes_on_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(re_evaluation, "LOOKED_AT_ONCE", 0)
    flagged()

    first = container().measure_editions.preview(an_edition(), by=CREDIT, at=NOW, limit=1, after=Place())

    assert (first.losing, first.after) == ((), Place())


def test_another_process_knows_a_new_edition_half_a_minute_later() -> None:
    ticks = [0.0]
    other = LoadedLists(EditionIndexStore(container().timeline), measure_lists(), ticks=lambda: ticks[0])
    assert [edition.edition for edition in other.current()] == ["2024"]
    load(an_edition())

    ticks[0] = 29.9
    assert [edition.edition for edition in other.current()] == ["2024"]
    ticks[0] = 30.0
    assert [edition.edition for edition in other.current()] == ["2024", "2026"]


def test_only_credit_officers_load_lists() -> None:
    with pytest.raises(DomainError) as refused:
        container().measure_editions.load(an_edition(), by=replace(CREDIT, roles=frozenset()), at=NOW)

    assert refused.value.code is ErrorCode.FORBIDDEN
