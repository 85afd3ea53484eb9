"""The store of cases and drafts."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from pynamodb.expressions.condition import Condition

from chalicelib.cases.model.application_form import ApplicationForm
from chalicelib.cases.model.case import Case, CaseCard, Draft, State, owner_of
from chalicelib.cases.model.notes import Notes
from chalicelib.cases.rules.case_numbers import case_no_for
from chalicelib.cases.rules.handling import has_work_left, waits_for_second_officer
from chalicelib.cases.table import CaseRow, DraftRow, FiledRow, FormRow, NotesRow
from chalicelib.clock import instant_text
from chalicelib.dynamo.model import Page, Position, Row, page_of
from chalicelib.dynamo.pages import page_of_matching
from chalicelib.dynamo.transaction import ConflictError, Transaction, existing, read_together, retry_on_conflict
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.timeline.events import NewEvent
from chalicelib.timeline.repository import Repository
from chalicelib.workdays.rules.due_dates import start_of_day

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from chalicelib.subjects.store import DataKeys

KEPT_AFTER_EXPIRY = timedelta(days=7)
"""How long an expired draft is kept, so that a late filing gets ``DRAFT_EXPIRED`` rather than ``NOT_FOUND``."""


MOVING = frozenset(
    {
        "state",
        "way",
        "officer",
        "acceptance",
        "corrections",
        "interruptions",
        "suspensions",
        "extension",
        "decision",
        "delivery",
        "verification",
        "defence",
        "rectification",
        "revocation",
        "termination",
        "withdrawal",
        "application_withdrawal",
        "breaches",
        "late_reasons",
        "earlier_decisions",
        "fallen_revocations",
    }
)
"""The fields of a case that change as it goes on, in the row that timers change too; all others are filed with it."""

FILED = frozenset(field.name for field in fields(Case)) - MOVING - {"version", "head", "filed_version"}
"""The fields that are in a row of their own, which is written again only when one of them changes."""

OF_A_CASE = 2
"""How many rows a case has."""


class CaseStore(Repository[Case]):
    """Cases, written together with their events, and only if the stored version has not changed.

    A case has two rows: what was filed, and how it goes on. They are read together, and tell by the version that both
    name whether they were.
    """

    kind = "case"
    row = CaseRow

    @retry_on_conflict
    def find(self, name: str) -> Case | None:
        """Return a case by its number, strongly consistent and in one round trip, or ``None``."""
        return self.from_rows(*read_together(*case_keys(name)))

    @retry_on_conflict
    def together(self, names: Sequence[str]) -> tuple[Case, ...]:
        """Return those of at most 50 cases that exist, in this order, in one strongly consistent read."""
        return self._those_in(read_together(*chain.from_iterable(case_keys(name) for name in dict.fromkeys(names))))

    def cards(self, names: Sequence[str]) -> dict[str, CaseCard]:
        """Return the cards of those of at most 100 cases that exist, by their numbers, in one read."""
        rows = read_together(*(CaseRow(owner_of(name)) for name in dict.fromkeys(names)))
        return {card.case_no: card for card in (_card_of(row) for row in rows if isinstance(row, CaseRow))}

    def save(self, before: Case, after: Case, events: Sequence[NewEvent], *, at: datetime, tx: Transaction) -> Case:
        """Save the new version and its events; what was filed only if it has changed.

        Raises ``ConflictError`` if the stored version has changed.
        """
        saved = super().save(before, after, events, at=at, tx=tx)
        if saved.filed_version == saved.version:
            # It is read and written only with the case's other row, whose condition holds for both.
            tx.overwrite(
                FiledRow(
                    _filed_pk(saved.case_no),
                    version=saved.filed_version,
                    document=_json_of(saved, FILED),
                    called=_called(saved.department, saved.name_digest) if saved.name_digest else None,
                    listed_at=_listed_at(saved),
                )
            )
        return saved

    def from_rows(self, row: Row | None, filed: Row | None) -> Case | None:
        """Return the case in its two rows, ``None`` if there is none.

        Raises ``ConflictError`` if one was read before, and the other after both were written.
        """
        if not isinstance(row, CaseRow):
            return None
        if not isinstance(filed, FiledRow) or filed.version != row.filed:
            raise ConflictError
        # Neither part is empty, so that both in one pair of braces are one object.
        whole = f"{filed.document[:-1]},{row.document[1:]}"
        case = _case_json().validate_json(whole)
        return replace(case, version=int(row.version), head=row.head, filed_version=int(row.filed))

    def _those_in(self, rows: Sequence[Row | None]) -> tuple[Case, ...]:
        found = (self.from_rows(*rows[place : place + OF_A_CASE]) for place in range(0, len(rows), OF_A_CASE))
        return tuple(case for case in found if case is not None)

    def of_subject(
        self,
        subject: str,
        *,
        state: State | None,
        department: str | None,
        limit: int,
        after: Position | None,
    ) -> Page[CaseCard]:
        """Return a page of a person's cases, newest first; with a filter it may be short."""
        matches = _wanted(state, department)
        return page_of_matching(CaseRow.by_subject, subject, _card_of, limit=limit, after=after, matches=matches)

    def of_agent(
        self,
        agent: str,
        *,
        state: State | None,
        department: str | None,
        limit: int,
        after: Position | None,
    ) -> Page[CaseCard]:
        """Return a page of the cases in which a person acts as agent, newest first; otherwise like ``of_subject``."""
        matches = _wanted(state, department)
        return page_of_matching(CaseRow.by_agent, agent, _card_of, limit=limit, after=after, matches=matches)

    def of_department(
        self,
        department: str,
        *,
        state: State | None,
        limit: int,
        after: Position | None,
    ) -> Page[CaseCard]:
        """Return a page of a department's cases, newest first, each state in an index of its own.

        Those in any state come from an index of keys, and are read in a batch besides.
        """
        if state is not None:
            found = CaseRow.by_state.query(_worklist(department, state), **_page(limit, after))
            return page_of(found, _card_of)
        keys = page_of(CaseRow.by_department.query(department, **_page(limit, after)), lambda row: CaseRow(row.pk))
        return Page(tuple(_card_of(row) for row in read_together(*keys.items) if isinstance(row, CaseRow)), keys.after)

    def each_of_subject(self, subject: str) -> Iterator[CaseCard]:
        """Iterate over the cards of a person's cases, newest first, reading only as far as needed."""
        return (_card_of(row) for row in CaseRow.by_subject.query(subject, scan_index_forward=False, page_size=20))

    def newest_of_subject(self, subject: str, *, limit: int) -> tuple[Case, ...]:
        """Return a person's newest cases whole, newest first, in two round trips."""
        return self.together([card.case_no for card in islice(self.each_of_subject(subject), limit)])

    def called(self, department: str, digests: Sequence[str], *, limit: int) -> tuple[str, ...]:
        """Return the numbers of a department's cases whose applicant's name has one of these digests, newest first.

        One query for each digest.
        """
        found: list[FiledRow] = []
        for digest in digests:
            found.extend(FiledRow.by_name.query(_called(department, digest), **_page(limit, None)))
        newest = sorted(found, key=lambda row: row.listed_at, reverse=True)[:limit]
        return tuple(row.pk.partition(":")[2] for row in newest)

    def in_charge_of(self, department: str, officer: str, *, limit: int) -> tuple[str, ...]:
        """Return the numbers of cases in which an officer still owes something, oldest first."""
        rows = CaseRow.by_officer.query(_in_charge(department, officer), limit=limit, page_size=limit)
        return tuple(row.pk.partition(":")[2] for row in rows)

    def unconfirmed(self, department: str, *, limit: int, after: Position | None) -> Page[Case]:
        """Return a page of a department's cases whose finding waits for a second officer, oldest first and whole.

        One that was confirmed since it was listed is left out, so that a page may be short. ``limit`` is at most 50.
        """
        rows = CaseRow.unconfirmed.query(department, limit=limit, page_size=limit, last_evaluated_key=after)
        names = page_of(rows, lambda row: row.pk.partition(":")[2])
        found = self.together(names.items) if names.items else ()
        return Page(tuple(case for case in found if waits_for_second_officer(case)), names.after)

    def refuse(self, tx: Transaction, *, on_failure: Exception) -> None:
        """Make a transaction fail by a last condition that never holds, after all others have been looked at."""
        nobodys = DraftRow("draft:nobody")
        tx.change(nobodys, actions=[DraftRow.expires.set(0)], condition=DraftRow.pk.exists(), on_failure=on_failure)

    def add_draft(self, draft: Draft, *, tx: Transaction) -> None:
        """Add a new draft."""
        tx.add(
            DraftRow(
                f"draft:{draft.draft_id}",
                maker=draft.maker,
                made_at=f"{instant_text(draft.made_at)} {draft.draft_id}",
                document=draft,
                expires=int((draft.expires_at + KEPT_AFTER_EXPIRY).timestamp()),
            ),
            on_failure=ConflictError(),
        )

    def load_draft(self, draft_id: str) -> Draft:
        """Return a draft; raises ``NOT_FOUND`` if there is none with that id."""
        try:
            draft: Draft = DraftRow.get(f"draft:{draft_id}", consistent_read=True).document
        except DraftRow.DoesNotExist:
            raise DomainError(ErrorCode.NOT_FOUND) from None
        return draft

    def open_drafts(self, maker: str, *, at: datetime, limit: int) -> tuple[Draft, ...]:
        """Return a person's newest drafts that can still be filed, newest first."""
        found = DraftRow.by_maker.query(maker, scan_index_forward=False, limit=limit, page_size=limit)
        ids = [row.pk.partition(":")[2] for row in found]
        if not ids:
            return ()
        became = existing(*(CaseRow(owner_of(case_no_for(draft_id))) for draft_id in ids))
        waiting = [draft_key(draft_id) for draft_id, is_case in zip(ids, became, strict=True) if not is_case]
        drafts = [draft_of(row) for row in read_together(*waiting) if row is not None]
        return tuple(draft for draft in drafts if at < draft.expires_at)

    def case_of_draft(self, draft: Draft) -> Case | None:
        """Return the case that a draft became, or None if it has not been filed."""
        return self.find(draft.case_no)

    def _versions(self, before: Case, after: Case) -> dict[str, int]:
        versions = super()._versions(before, after)
        is_filed = not before.version or any(getattr(before, name) != getattr(after, name) for name in FILED)
        return versions | {"filed_version": versions["version"]} if is_filed else versions

    def _columns(self, case: Case) -> dict[str, Any]:
        return {
            "document": _json_of(case, MOVING),
            "filed": case.filed_version,
            "subject": case.subject,
            "agent": None if case.agent is None else case.agent.subject,
            "desk": case.department,
            "worklist": _worklist(case.department, case.state),
            "in_charge": _in_charge(case.department, case.officer) if case.officer and has_work_left(case) else None,
            "unconfirmed_in": case.department if waits_for_second_officer(case) else None,
            "listed_at": _listed_at(case),
            "state": case.state.value,
            "card": case.card,
        }


def case_keys(case_no: str) -> tuple[Row, Row]:
    """Return rows with only the keys of a case, for a batch read and ``CaseStore.from_rows``."""
    return CaseRow(owner_of(case_no)), FiledRow(_filed_pk(case_no))


def draft_key(draft_id: str) -> Row:
    """Return a row with only a draft's key, for a batch read."""
    return DraftRow(f"draft:{draft_id}")


def draft_of(row: Row) -> Draft:
    """Return the draft in a row; raises ``TypeError`` for a row of another kind."""
    if not isinstance(row, DraftRow):
        raise TypeError(type(row).__name__)
    draft: Draft = row.document
    return draft


def _filed_pk(case_no: str) -> str:
    return f"filed:{case_no}"


@cache
def _case_json() -> "TypeAdapter[Case]":
    from pydantic import TypeAdapter  # noqa: PLC0415 - lists need it for nothing

    return TypeAdapter(Case)


def _json_of(case: Case, names: AbstractSet[str]) -> str:
    """Write some of a case's fields, without those that hold their default."""
    return _case_json().dump_json(case, include=set(names), exclude_defaults=True).decode()


def _card_of(row: CaseRow) -> CaseCard:
    card: CaseCard = row.card
    return replace(card, version=int(row.version))


def _in_charge(department: str, officer: str) -> str:
    """Name a partition; the staff id comes last, because it might contain a slash."""
    return f"{department}/{officer}"


def _listed_at(case: Case) -> str:
    return f"{instant_text(case.received_at)}#{case.case_no}"


def _called(department: str, digest: str) -> str:
    return f"{department}/{digest}"


def _worklist(department: str, state: State) -> str:
    return f"{department}/{state.value}"


def _wanted(state: State | None, department: str | None) -> Condition | None:
    wanted = None if state is None else CaseRow.state == state.value
    if department is None:
        return wanted
    desk = CaseRow.desk == department
    return desk if wanted is None else wanted & desk


def _page(limit: int, after: Position | None) -> dict[str, Any]:
    return {"scan_index_forward": False, "limit": limit, "page_size": limit, "last_evaluated_key": after}


class FormStore:
    """Application forms in progress, sealed: what stands in them is nobody's business before it is filed."""

    def __init__(self, keys: "DataKeys") -> None:
        """Encrypt with these keys."""
        self._keys = keys

    def save(self, form: ApplicationForm, *, tx: Transaction) -> None:
        """Save a form, new or changed; at the commit ``ConflictError`` if the stored version has changed."""
        key, sealed = self._keys.seal(_form_json().dump_json(form).decode(), about=_form_pk(form.form_id))
        row = FormRow(
            _form_pk(form.form_id),
            maker=form.maker,
            data_key=key,
            sealed=sealed,
            expires=int(form.expires_at.timestamp()),
            version=form.version + 1,
        )
        is_unchanged = FormRow.version == form.version if form.version else FormRow.pk.does_not_exist()
        tx.put(row, condition=is_unchanged, on_failure=ConflictError())

    def load(self, form_id: str) -> ApplicationForm:
        """Return a form; raises ``NOT_FOUND`` if there is none with that id."""
        try:
            row = FormRow.get(_form_pk(form_id), consistent_read=True)
        except FormRow.DoesNotExist:
            raise DomainError(ErrorCode.NOT_FOUND) from None
        form = _form_json().validate_json(self._keys.open(row.data_key, row.sealed, about=row.pk))
        return replace(form, version=int(row.version))


class NoteStore:
    """What colleagues noted about cases, apart from the cases and their timelines."""

    def of(self, case_no: str, *, at: datetime) -> Notes:
        """Return the notes of a case, strongly consistent; none once their last day is over."""
        try:
            row = NotesRow.get(_notes_pk(case_no), consistent_read=True)
        except NotesRow.DoesNotExist:
            return Notes(case_no=case_no)
        # DynamoDB deletes what has expired within days.
        notes = row.document if int(row.expires) > at.timestamp() else ()
        return Notes(case_no=case_no, notes=notes, version=int(row.version))

    def save(self, notes: Notes, *, until: date, tx: Transaction) -> None:
        """Save notes until a day is over; at the commit ``ConflictError`` if the stored version has changed."""
        row = NotesRow(
            _notes_pk(notes.case_no),
            version=notes.version + 1,
            document=notes.notes,
            expires=int(start_of_day(until + timedelta(days=1)).timestamp()),
        )
        is_unchanged = NotesRow.version == notes.version if notes.version else NotesRow.pk.does_not_exist()
        tx.put(row, condition=is_unchanged, on_failure=ConflictError())


def _notes_pk(case_no: str) -> str:
    return f"notes:{case_no}"


def _form_pk(form_id: str) -> str:
    return f"form:{form_id}"


@cache
def _form_json() -> "TypeAdapter[ApplicationForm]":
    from pydantic import TypeAdapter  # noqa: PLC0415 - few requests are about forms

    return TypeAdapter(ApplicationForm)
