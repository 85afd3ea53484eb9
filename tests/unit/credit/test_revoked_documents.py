"""Nothing is based again on a document that was revoked, however its number is written."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.credit.model.records import Document, RepairState, Severity
from chalicelib.credit.rules.expiry import recompute
from chalicelib.credit.rules.redress import Changes, after_redress, rests_on
from chalicelib.credit.rules.revoked_documents import (
    document_digest,
    normalized_document,
    with_fallen,
    withdraw_if_revoked,
)
from chalicelib.credit.rules.summary import with_record
from tests.builders import a_flag_mark, a_record, a_summary

DOCUMENT = a_record().document
DIGEST = "668e173941705171"


@pytest.mark.parametrize(
    ("organ", "number"),
    [
        ("义乌市市场监督管理局", "义市监罚〔2026〕1号"),
        (" 义乌市 市场监督管理局", "义市监罚 [2026] 1 号"),
        ("义乌市市场监督管理局", "义市监罚（２０２６）１号"),
        ("义乌市市场监督管理局", "义市监罚【2026】1号"),
        ("义乌市市场监督管理局", "义市监罚《2026》1号"),
    ],
)
def test_a_document_is_the_same_in_every_spelling(organ: str, number: str) -> None:
    assert normalized_document(organ, number) == ("义乌市市场监督管理局", "义市监罚(2026)1号")
    assert document_digest(replace(DOCUMENT, organ=organ, number=number)) == DIGEST


def test_letters_of_a_number_are_the_same_in_either_case_and_width() -> None:
    assert normalized_document("Ａ局", "No.7B") == ("a局", "no.7b")


@pytest.mark.requirement("R3.11")
def test_a_record_on_a_revoked_document_is_withdrawn_from_the_start() -> None:
    summary = a_summary(fallen=(DIGEST,))

    assert withdraw_if_revoked(a_record(), summary).repair is RepairState.WITHDRAWN
    assert withdraw_if_revoked(a_record(document_no="义市监罚(2026)1号"), summary).repair is RepairState.WITHDRAWN


def test_a_record_on_a_document_in_force_or_repaired_already_stays_as_it_is() -> None:
    repaired = replace(a_record(), repair=RepairState.REPAIRED)

    assert withdraw_if_revoked(a_record(), a_summary()) == a_record()
    assert withdraw_if_revoked(a_record(document_no="2号"), a_summary(fallen=(DIGEST,))).repair is RepairState.NONE
    assert withdraw_if_revoked(repaired, a_summary(fallen=(DIGEST,))).repair is RepairState.REPAIRED


def test_a_revoked_document_is_remembered_once_as_the_latest() -> None:
    assert with_fallen((), DOCUMENT) == (DIGEST,)
    assert with_fallen((DIGEST, "other"), DOCUMENT) == ("other", DIGEST)


def test_the_oldest_of_a_hundred_revoked_documents_is_forgotten_first() -> None:
    hundred = tuple(f"d-{number}" for number in range(100))

    after = with_fallen(hundred, DOCUMENT)

    assert (len(after), after[0], after[-1]) == (100, "d-1", DIGEST)


def test_a_summary_remembers_the_document_that_a_change_revoked_and_keeps_the_others() -> None:
    def fallen_after(fallen: Document | None) -> tuple[str, ...]:
        summary, changes = a_summary(fallen=("other",)), Changes(fallen=fallen)
        return after_redress(summary, changes, known=(), kept_from=Severity.SERIOUS, on=date(2026, 9, 28)).fallen

    assert fallen_after(DOCUMENT) == ("other", DIGEST)
    assert fallen_after(None) == ("other",)


def test_a_record_rests_on_its_document_however_that_is_written_unless_it_is_favourable() -> None:
    assert rests_on(a_record(), " 义乌市 市场监督管理局", "义市监罚(2026)1号")
    assert not rests_on(a_record(), "义乌市市场监督管理局", "义市监罚〔2026〕2号")
    assert not rests_on(replace(a_record(), severity=Severity.NONE), "义乌市市场监督管理局", "义市监罚〔2026〕1号")


@pytest.mark.requirement("R3.11")
def test_nothing_puts_what_rests_on_a_revoked_document_back_into_a_summary() -> None:
    revoked = a_summary(fallen=(DIGEST,))
    on = date(2026, 9, 28)
    disputed = Changes(records=[a_record()])
    mark = a_flag_mark(organ=DOCUMENT.organ, document_no=DOCUMENT.number)

    reported = with_record(revoked, a_record(), name_digest="k1.00", on=on, kept_from=Severity.SERIOUS)
    changed = after_redress(revoked, disputed, known=(), kept_from=Severity.SERIOUS, on=on)
    mended = recompute(revoked, [a_record()], [mark], on=on, kept_from=Severity.SERIOUS)

    assert [(one.bars, one.overflow, one.flags) for one in (reported, changed, mended)] == [((), (), ())] * 3


@pytest.mark.requirement("R3.11")
def test_a_document_takes_all_that_rests_on_it_out_of_the_summary_whether_or_not_it_is_undone_itself_yet() -> None:
    on = date(2026, 9, 28)
    many = [a_record(record_id=f"r-{number}") for number in range(120)]
    other = a_record(record_id="other", document_no="另1号")
    mark = a_flag_mark(organ=DOCUMENT.organ, document_no=DOCUMENT.number)
    full = recompute(a_summary(), [*many, other], [mark], on=on, kept_from=Severity.SERIOUS)
    assert (len(full.bars), len(full.overflow), len(full.flags)) == (100, 1, 1)

    fallen = Changes(records=[replace(many[0], repair=RepairState.WITHDRAWN)], fallen=DOCUMENT)
    after = after_redress(full, fallen, known=[*many, other], kept_from=Severity.SERIOUS, on=on)

    assert [bar.record for bar in after.bars] == ["market/other"]
    assert (after.overflow, after.flags) == ((), ())
