"""Two identities that belong together: nothing before a second person, everything at once, and all of it back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.cases.model.case import Case, State, Way
from chalicelib.cases.model.stages import CommitmentStatus
from chalicelib.cases.services.filing import SubjectBarredError
from chalicelib.container import container
from chalicelib.credit.model.identity_conflicts import Cause
from chalicelib.credit.model.identity_conflicts import Outcome as Finding
from chalicelib.credit.model.identity_links import IdentityLink, IdentityLinkState
from chalicelib.credit.model.links import LinkKind
from chalicelib.credit.model.records import CheckAnswer, Document, Effect, Purpose, Severity
from chalicelib.credit.services.checks import Inquiry
from chalicelib.credit.services.identity_links import IdentityLinkProposal
from chalicelib.dynamo.model import Position, connection
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role
from chalicelib.redress.model import Entry, EntryKind, HowAffected, ObjectionRequest, RevokingDocument
from chalicelib.redress.services.revocations import Fall
from chalicelib.sanctions.model.flags import Flag, FlagFilter, Service, Target
from chalicelib.settings import settings
from chalicelib.subjects.model.subjects import Identity, SubjectKey
from tests.builders import AN_OFFICE, NOON, a_caller, a_proposal, a_submission, an_identity, an_item, an_organisation
from tests.services.case_office import Applicant, publish
from tests.services.conflict_desk import conflicts, decide_the_one
from tests.services.credit_office import promise_kept
from tests.services.mending import checked
from tests.services.timelines import kinds_of
from tests.wire import interrupted, watched

pytestmark = pytest.mark.usefixtures("cloud")

FIRST = a_caller(Role.CREDIT_OFFICER, sub="credit", department="credit")
SECOND = a_caller(Role.CREDIT_OFFICER, sub="credit2", department="credit")
MARKET = a_caller(Role.CREDIT_OFFICER, sub="credit.market", department="market")
MACHINE = a_caller(Role.SYSTEM, sub="system.market", department="market")
A_PAPER = Document(number="准予变更登记1号", organ="义乌市市场监督管理局", effective_on=date(2026, 9, 1))

FORMER = an_organisation()
PRESENT = an_organisation(number="91330782MA0000036R", name="义乌新示例有限公司（合成）")
RENAMED = an_organisation(name="义乌更名后有限公司（合成）")
FORMER_PERSON = an_identity()
PERSON = an_identity(number="110103195612100006")


def file(applicant: Applicant) -> Case:
    return applicant.promise(applicant.draft()).case


def key_of(identity: Identity) -> SubjectKey:
    return container().subject_keys.key_of(identity)


def propose(
    kind: LinkKind = LinkKind.MERGED, *, former: Identity = FORMER, present: Identity = PRESENT, by: Caller = FIRST
) -> IdentityLink:
    proposal = IdentityLinkProposal(
        kind=kind, former=former, present=present, document=A_PAPER, evidence="登记档案第3页。"
    )
    return container().identity_links.propose(proposal, by=by, at=NOON)[0]


def confirm(alias: IdentityLink, *, by: Caller = SECOND) -> IdentityLink:
    return container().identity_links.confirm(
        alias.alias_id, reason="已核对原件。", by=by, version=alias.version, at=NOON
    )


def revoke(alias: IdentityLink) -> IdentityLink:
    return container().identity_links.revoke(
        alias.alias_id, reason="登记有误。", basis="更正通知1号", by=SECOND, version=alias.version, at=NOON
    )


def bar(about: Identity, record_id: str = "r-1") -> None:
    submission = replace(a_submission(), source="market", record_id=record_id, severity=Severity.SERIOUS)
    container().ingest.put_record(submission, about=about, by=MACHINE, at=NOON)


def check(about: Identity, item: str = "business-address") -> CheckAnswer:
    inquiry = Inquiry(item_code=item, purpose=Purpose.HANDLING)
    return container().credit.check(about, inquiry, by=MACHINE, at=NOON)


def refused(alias: Any) -> ErrorCode:  # noqa: ANN401 - a call that must not succeed
    with pytest.raises(DomainError) as error:
        alias()
    return error.value.code


def an_owner(identity: Identity) -> Caller:
    return a_caller(sub="owner", subject=key_of(identity), identity=identity)


@pytest.mark.requirement("R6.4")
def test_nothing_counts_before_a_second_person_has_confirmed_it() -> None:
    bar(FORMER)

    alias = propose()

    assert (alias.state, check(PRESENT).effect) == (IdentityLinkState.PROPOSED, Effect.NONE)
    assert refused(lambda: confirm(alias, by=FIRST)) is ErrorCode.SAME_PERSON
    assert check(PRESENT).effect is Effect.NONE


@pytest.mark.requirement("R6.4")
def test_a_confirmed_alias_lets_the_present_one_meet_what_is_kept_of_the_former_with_the_reason() -> None:
    bar(FORMER)

    confirmed = confirm(propose())

    answer = check(PRESENT)
    assert (confirmed.state, confirmed.version, answer.effect) == (IdentityLinkState.CONFIRMED, 2, Effect.REFUSED)
    assert [(one.code, one.record) for one in answer.reasons] == [(ErrorCode.SUBJECT_BARRED, "market/r-1")]
    assert "被合并的单位" in answer.reasons[0].text.zh
    assert kinds_of(confirmed.owner) == ["alias:proposed", "alias:confirmed"]
    assert kinds_of(f"credit:{key_of(PRESENT)}") == ["credit:subject_linked"]


@pytest.mark.requirement("R6.4")
def test_a_merger_says_nothing_of_the_former_one_and_another_number_speaks_for_both() -> None:
    bar(PRESENT)
    bar(PERSON, "r-2")

    confirm(propose())
    confirm(propose(LinkKind.RENUMBERED, former=FORMER_PERSON, present=PERSON))

    assert check(FORMER).effect is Effect.NONE
    assert check(FORMER_PERSON).effect is check(PERSON).effect is Effect.REFUSED


def test_records_that_arrive_later_under_the_former_number_count_at_once() -> None:
    confirm(propose())

    bar(FORMER)

    assert check(PRESENT).effect is Effect.REFUSED


def test_a_revoked_alias_brings_nothing_any_more() -> None:
    bar(FORMER)
    alias = confirm(propose())

    revoked = revoke(alias)

    assert (revoked.state, check(PRESENT).effect, check(FORMER).effect) == (
        IdentityLinkState.REVOKED,
        Effect.NONE,
        Effect.REFUSED,
    )
    assert kinds_of(f"credit:{key_of(PRESENT)}") == ["credit:subject_linked", "credit:subject_unlinked"]
    assert kinds_of(revoked.owner) == ["alias:proposed", "alias:confirmed", "alias:revoked"]


def test_a_proposal_can_be_revoked_before_it_ever_counted() -> None:
    alias = propose()

    assert revoke(alias).state is IdentityLinkState.REVOKED

    assert container().own_credit.report(by=an_owner(PRESENT), limit=100).summary.version == 0
    assert refused(lambda: confirm(replace(alias, version=2))) is ErrorCode.STEP_NOT_ALLOWED


def test_a_chain_of_identities_is_met_to_its_end_in_whatever_order_it_was_confirmed() -> None:
    first = an_organisation()
    second, third = PRESENT, an_organisation(number="91330782MA0000044L", name="义乌第三有限公司（合成）")
    bar(first)

    confirm(propose(LinkKind.RENUMBERED, former=second, present=third))
    confirm(propose(LinkKind.RENUMBERED, former=first, present=second))

    assert check(third).effect is check(second).effect is Effect.REFUSED
    assert refused(lambda: propose(LinkKind.MERGED, former=first, present=third)) is ErrorCode.ALIAS_NOT_ACCEPTABLE


def test_a_circle_is_refused() -> None:
    confirm(propose())

    assert refused(lambda: propose(former=PRESENT, present=FORMER)) is ErrorCode.ALIAS_NOT_ACCEPTABLE


def test_two_proposals_of_the_same_are_confirmed_once() -> None:
    first, second = propose(), propose()
    confirm(first)

    assert refused(lambda: confirm(second)) is ErrorCode.ALIAS_NOT_ACCEPTABLE


@pytest.mark.requirement("R6.4")
def test_a_confirmed_new_name_is_no_conflict_any_more_and_a_revoked_one_is_again() -> None:
    bar(FORMER)
    assert check(RENAMED).effect is Effect.UNKNOWN

    alias = confirm(propose(LinkKind.RENAMED, present=RENAMED))

    assert check(RENAMED).effect is check(FORMER).effect is Effect.REFUSED
    bar(RENAMED, "r-2")
    assert refused(lambda: propose(LinkKind.RENAMED, present=RENAMED)) is ErrorCode.ALIAS_NOT_ACCEPTABLE

    revoke(alias)

    assert refused(lambda: bar(RENAMED, "r-3")) is ErrorCode.IDENTITY_CONFLICT
    assert check(FORMER).effect is Effect.REFUSED


def test_a_new_name_that_was_confirmed_before_the_first_record_is_no_conflict_after_it() -> None:
    confirm(propose(LinkKind.RENAMED, present=RENAMED))

    bar(FORMER)

    assert check(RENAMED).effect is check(FORMER).effect is Effect.REFUSED


def test_a_new_name_lets_the_old_one_stay_where_only_kept_promises_are_known() -> None:
    container().subjects.know(FORMER, AN_OFFICE, NOON)
    promise_kept(key_of(FORMER), "c-1")

    confirm(propose(LinkKind.RENAMED, present=RENAMED))

    assert check(FORMER).effect is check(RENAMED).effect is Effect.NONE


def test_the_same_new_name_is_confirmed_once_so_that_taking_it_back_leaves_no_other_in_force() -> None:
    first, second = (propose(LinkKind.RENAMED, present=RENAMED) for _ in range(2))
    confirm(first)

    assert refused(lambda: confirm(second)) is ErrorCode.ALIAS_NOT_ACCEPTABLE


def test_a_number_known_under_neither_name_is_a_conflict() -> None:
    bar(FORMER)
    third = an_organisation(name="义乌第三名称有限公司（合成）")

    assert refused(lambda: propose(LinkKind.RENAMED, former=RENAMED, present=third)) is ErrorCode.IDENTITY_CONFLICT
    assert refused(lambda: propose(former=RENAMED)) is ErrorCode.IDENTITY_CONFLICT


@pytest.mark.requirement("R6.8")
def test_a_promise_is_refused_for_what_the_former_number_carries_and_the_case_keeps_what_was_known() -> None:
    publish(an_item())
    applicant = Applicant(identity=PERSON).enrol()
    clean = file(applicant)
    confirm(propose(LinkKind.RENUMBERED, former=FORMER_PERSON, present=PERSON))
    linked = file(applicant)
    bar(FORMER_PERSON)

    with pytest.raises(SubjectBarredError):
        file(applicant)

    assert clean.credit is not None
    assert linked.credit is not None
    assert (clean.credit.standing, clean.credit.others) == (CommitmentStatus.ALLOWED, ())
    (other,) = linked.credit.others
    assert other.startswith(f"credit:{key_of(FORMER_PERSON)}@1:")


def test_a_promise_that_was_judged_before_the_former_number_was_barred_is_judged_again() -> None:
    publish(an_item())
    applicant = Applicant(identity=PERSON).enrol()
    confirm(propose(LinkKind.RENUMBERED, former=FORMER_PERSON, present=PERSON))
    draft = applicant.draft()

    with (
        watched(interrupted("TransactWriteItems", lambda: bar(FORMER_PERSON))),
        pytest.raises(SubjectBarredError),
    ):
        applicant.promise(draft)


def test_while_the_other_identity_cannot_be_read_nothing_is_said_of_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    publish(an_item())
    applicant = Applicant(identity=PERSON).enrol()
    confirm(propose(LinkKind.RENUMBERED, former=FORMER_PERSON, present=PERSON))
    real = connection().dispatch

    def credit_alone_is_down(operation: str, arguments: dict[Any, Any]) -> Any:  # noqa: ANN401 - the wire's own
        tables = arguments.get("RequestItems", {})
        if operation == "BatchGetItem" and list(tables) == [settings().table("credit")]:
            raise EndpointConnectionError(endpoint_url="https://dynamodb")
        return real(operation, arguments)

    monkeypatch.setattr(connection(), "dispatch", credit_alone_is_down)

    assert check(PERSON).effect is Effect.UNKNOWN
    assert file(applicant).state is State.PENDING_CREDIT


def test_the_present_one_sees_objects_to_and_asks_to_repair_what_the_former_one_carries() -> None:
    bar(FORMER)
    confirm(propose())
    owner = an_owner(PRESENT)
    entry = Entry(kind=EntryKind.RECORD, name="market/r-1")

    own = container().own_credit.report(by=owner, limit=100)
    plea = ObjectionRequest(entry=entry, ground="fact", text="并非本单位所为。", evidence="")
    objection, _ = container().objections.make(plea, by=owner, at=NOON, idempotency_key=None)

    assert [record.record_id for record in own.records] == ["r-1"]
    assert objection.subject == key_of(PRESENT)
    assert [one.code for one in check(PRESENT).reasons] == [ErrorCode.UNDER_OBJECTION]
    assert container().repairs.form(entry, by=owner, at=NOON).entry == entry


def test_the_present_one_finds_a_flag_proposed_against_the_former_one_and_speaks_in_its_defence() -> None:
    flags = [a_flag(FORMER, f"撤〔2026〕{number}号") for number in (1, 2)]
    flags.append(a_flag(PRESENT, "撤〔2026〕3号"))
    owner = an_owner(PRESENT)
    assert [flag.flag_id for flag in listed(owner)] == [flags[2].flag_id]
    alias = confirm(propose())

    assert {flag.flag_id for flag in listed(owner)} == {flag.flag_id for flag in flags}
    assert {flag.flag_id for flag in listed(an_owner(FORMER))} == {flag.flag_id for flag in flags[:2]}
    assert container().flags.state(flags[0].flag_id, "不同意。", by=owner, at=NOON).statements[0].text == "不同意。"

    revoke(alias)

    assert [flag.flag_id for flag in listed(owner)] == [flags[2].flag_id]
    assert refused(lambda: container().flags.state(flags[1].flag_id, "不。", by=owner, at=NOON)) is ErrorCode.NOT_FOUND
    assert refused(lambda: container().flags.get(flags[1].flag_id, by=owner)) is ErrorCode.NOT_FOUND


def a_flag(about: Identity, document_no: str) -> Flag:
    proposal = a_proposal(document_no=document_no)
    flag = container().flags.propose(proposal, Target(about=about), by=FIRST, at=NOON).flag
    told = Service(served_at=NOON, method="直接送达", proof="回证1号")
    return container().flags.serve(flag.flag_id, told, by=FIRST, version=1, at=NOON)


def listed(owner: Caller) -> list[Flag]:
    """Return all flags that somebody sees as their own, a page of one after the other."""
    found: list[Flag] = []
    after: Position | None = None
    while True:
        page = container().flags.flags_of(FlagFilter(), by=owner, at=NOON, limit=1, after=after)
        found += page.items
        if page.after is None:
            return found
        after = page.after


@pytest.mark.parametrize("is_revoked", [False, True])
def test_a_reversal_of_what_the_former_one_carried_lists_the_promises_refused_to_those_behind_it(
    *, is_revoked: bool
) -> None:
    publish(an_item())
    third = an_identity(number="330105200104190006")
    bar(FORMER_PERSON)
    confirm(propose(LinkKind.RENUMBERED, former=PERSON, present=third))
    alias = confirm(propose(LinkKind.RENUMBERED, former=FORMER_PERSON, present=PERSON))
    applicant = Applicant(identity=third).enrol()
    case = applicant.certify(applicant.draft(way=Way.CERTIFICATE), "old-plate").case
    if is_revoked:
        revoke(alias)

    paper = RevokingDocument(number="复1号", organ="义乌市人民政府", effective_on=NOON.date(), basis="第64条")
    fall = Fall(entry=Entry(kind=EntryKind.RECORD, name="market/r-1"), by_document=paper, reason="复议撤销。")
    reversal, _ = container().revocations.record(fall, by=MARKET, at=NOON, idempotency_key=None)

    assert [(one.case_no, one.how) for one in reversal.touched] == [(case.case_no, HowAffected.PROMISE_REFUSED)]


def test_a_flag_proposed_under_a_name_that_was_found_wrong_brings_the_name_back_to_nobody() -> None:
    bar(FORMER)
    alias = confirm(propose(LinkKind.RENAMED, present=RENAMED))
    flag = a_flag(RENAMED, "撤〔2026〕1号")
    flag = container().flags.state(flag.flag_id, "不同意。", by=an_owner(FORMER), at=NOON)
    revoke(alias)

    container().flags.confirm(
        flag.flag_id, "事实清楚。", statement_answer="不成立。", by=SECOND, version=flag.version, at=NOON
    )

    assert check(RENAMED).effect is Effect.UNKNOWN
    assert {one.record for one in check(FORMER).reasons} == {"market/r-1", flag.owner}


def test_kept_promises_of_the_former_one_speak_for_the_present_one_in_a_repair() -> None:
    bar(FORMER)
    confirm(propose())
    promise_kept(key_of(PRESENT), "c-1")
    promise_kept(key_of(FORMER), "c-2")
    at = datetime(2027, 1, 8, 4, tzinfo=UTC)

    form = container().repairs.form(Entry(kind=EntryKind.RECORD, name="market/r-1"), by=an_owner(PRESENT), at=at)

    assert "2 promises were verified as kept." in [proof.en for proof in form.proofs]


def test_whoever_has_another_number_sees_who_asked_under_either_newest_first_and_page_by_page() -> None:
    alias = confirm(propose(LinkKind.RENUMBERED, former=FORMER_PERSON, present=PERSON))
    inquiry = Inquiry(item_code="plate-replacement", purpose=Purpose.HANDLING)
    for minute, about in enumerate((FORMER_PERSON, PERSON, FORMER_PERSON, PERSON, PERSON)):
        case = replace(inquiry, case_no=f"EXT-{minute}")
        container().credit.check(about, case, by=MACHINE, at=NOON + timedelta(minutes=minute))

    assert asked_of(an_owner(PERSON)) == asked_of(an_owner(FORMER_PERSON)) == [f"EXT-{one}" for one in (4, 3, 2, 1, 0)]

    revoke(alias)

    assert asked_of(an_owner(PERSON)) == ["EXT-4", "EXT-3", "EXT-1"]


def asked_of(owner: Caller) -> list[str | None]:
    """Return for which cases somebody asked, two a page."""
    found: list[str | None] = []
    after: str | None = None
    while True:
        page = container().own_credit.queries(by=owner, limit=2, after=after)
        found += [query.case_no for query in page.queries]
        if page.after is None:
            return found
        after = page.after


def test_nobody_else_may() -> None:
    bar(FORMER)
    confirm(propose())
    stranger = an_owner(an_organisation(number="91330782MA0000044L", name="义乌第三有限公司（合成）"))
    plea = ObjectionRequest(
        entry=Entry(kind=EntryKind.RECORD, name="market/r-1"), ground="fact", text="并非如此。", evidence=""
    )

    assert (
        refused(lambda: container().objections.make(plea, by=stranger, at=NOON, idempotency_key=None))
        is ErrorCode.NOT_FOUND
    )


def test_the_walk_over_summaries_finds_nothing_to_mend_in_linked_ones() -> None:
    bar(FORMER)
    confirm(propose())
    confirm(propose(LinkKind.RENUMBERED, former=FORMER_PERSON, present=PERSON))

    seen = checked(container().reconciliation, at=NOON)

    assert (seen.looked_at, seen.changed, seen.failed) == (4, 0, 0)
    assert check(PRESENT).effect is Effect.REFUSED


def test_only_the_credit_office_says_who_belongs_together() -> None:
    link = propose()

    assert refused(lambda: propose(former=PRESENT, present=FORMER, by=MARKET)) is ErrorCode.FORBIDDEN
    assert refused(lambda: confirm(link, by=MARKET)) is ErrorCode.FORBIDDEN
    assert refused(lambda: container().identity_links.get(link.alias_id, by=MARKET)) is ErrorCode.FORBIDDEN
    page = container().identity_links.page
    assert refused(lambda: page(link.state, by=MARKET, limit=1, after=None)) is ErrorCode.FORBIDDEN


@pytest.mark.requirement("R6.3")
@pytest.mark.requirement("R6.4")
def test_a_link_counts_for_whom_its_document_names_though_others_are_recorded_under_the_number() -> None:
    publish()
    applicant = Applicant(identity=PERSON).enrol()
    bar(replace(PERSON, name="另一示例"), "r-1")
    bar(FORMER_PERSON, "r-2")
    case = file(applicant)
    confirm(propose(LinkKind.RENUMBERED, former=FORMER_PERSON, present=PERSON))

    decide_the_one(Finding.ANOTHER_PERSON)

    assert case.state is State.PENDING_IDENTITY
    drafted = applicant.draft()
    assert drafted.standing is CommitmentStatus.REFUSED
    assert [ground.record for ground in drafted.grounds] == ["market/r-2"]


@pytest.mark.requirement("R6.3")
def test_a_promise_does_not_wait_in_vain_once_a_name_that_was_set_apart_was_linked_and_unlinked() -> None:
    publish()
    other = replace(PERSON, name="另一示例")
    bar(other)
    applicant = Applicant(identity=PERSON).enrol()
    file(applicant)
    decide_the_one(Finding.ANOTHER_PERSON)
    revoke(confirm(propose(LinkKind.RENAMED, former=other, present=PERSON)))

    case = file(applicant)

    assert case.state is State.PENDING_IDENTITY
    assert [(one.cause, one.reference) for one in conflicts()] == [(Cause.FILING, case.case_no)]
