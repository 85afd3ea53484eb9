"""Which identities can belong together, and what follows for a promise."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest

from chalicelib.credit.model.identity_links import (
    IdentityLink,
    IdentityLinkKind,
    IdentityLinkLaw,
    IdentityLinkState,
    LinkAction,
    Parties,
    Party,
)
from chalicelib.credit.model.links import Link, LinkKind
from chalicelib.credit.model.records import Document, Effect, Freshness, Severity, Summary
from chalicelib.credit.rules import identity_links
from chalicelib.credit.rules.linked_credit import (
    LinkedSummary,
    assess,
    combine,
    eligibility,
    join,
    links_beyond,
    others_of,
    parts_of,
    with_link,
    with_reader,
    without_link,
)
from chalicelib.credit.rules.names import with_names, without_names
from chalicelib.credit.store.identity_links import identity_link_laws
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Role
from chalicelib.subjects.model.subjects import SubjectKey, SubjectKind
from tests.builders import A_SUBJECT, NOON, a_bar, a_caller, a_flag_mark, a_summary

TODAY = date(2026, 9, 28)
ONE_DAY = timedelta(days=1)
FORMER, OLDEST = SubjectKey("k1.former"), SubjectKey("k1.oldest")
LAW = IdentityLinkKind(basis="《中华人民共和国民法典》第六十七条第一款", is_mutual=False, parties=Parties.ORGANISATIONS)
FIRST, SECOND = (a_caller(Role.CREDIT_OFFICER, sub=sub) for sub in ("credit", "credit2"))
BY_FIRST = LinkAction(by=FIRST.actor, at=NOON, reason="合并协议登记。")
BY_SECOND = replace(BY_FIRST, by=SECOND.actor)


def a_party(subject: SubjectKey = FORMER, *, kind: SubjectKind = SubjectKind.USCC, name: str = "k1.aa") -> Party:
    return Party(subject=subject, first=subject, kind=kind, masked_name="义*", name_digest=name)


AN_ALIAS = IdentityLink(
    alias_id="a1",
    kind=LinkKind.MERGED,
    former=a_party(),
    present=a_party(A_SUBJECT, name="k1.bb"),
    document=Document(number="准予合并1号", organ="义乌市市场监督管理局", effective_on=TODAY),
    law=LAW,
    edition="2021-01",
    proposed=BY_FIRST,
)


def a_link(subject: SubjectKey = FORMER, *, alias_id: str = "a1", kind: LinkKind = LinkKind.MERGED) -> Link:
    return Link(
        subject=subject,
        kind=kind,
        alias_id=alias_id,
        organ="义乌市市场监督管理局",
        document_no="准予合并1号",
        since=TODAY,
    )


def codes_of(alias: IdentityLink) -> list[str]:
    with pytest.raises(DomainError) as refused:
        identity_links.require_possible(alias, on=TODAY)
    assert refused.value.code is ErrorCode.ALIAS_NOT_ACCEPTABLE
    return [fault.code for fault in refused.value.faults]


def barred(subject: SubjectKey) -> Summary:
    return a_summary(subject=subject, bars=(a_bar(source="market"),))


def effect_of(summary: Summary) -> Effect:
    return assess(summary, "business-address", on=TODAY, bar_severity=Severity.SERIOUS)[0]


def test_an_alias_of_two_organisations_by_a_document_in_effect_can_be() -> None:
    identity_links.require_possible(AN_ALIAS, on=TODAY)


def test_an_alias_has_a_timeline_of_its_own() -> None:
    assert AN_ALIAS.owner == "alias:a1"


def test_a_new_name_needs_the_same_number_and_another_name() -> None:
    renamed = replace(AN_ALIAS, kind=LinkKind.RENAMED)

    assert codes_of(renamed) == ["NUMBER_DIFFERS"]
    assert codes_of(replace(renamed, present=renamed.former)) == ["NAME_SAME"]


def test_any_other_alias_needs_two_numbers() -> None:
    assert codes_of(replace(AN_ALIAS, present=AN_ALIAS.former)) == ["NUMBER_SAME"]


def test_a_person_and_an_organisation_are_never_one_and_persons_do_not_merge() -> None:
    person = a_party(A_SUBJECT, kind=SubjectKind.RESIDENT_ID)
    other = a_party(kind=SubjectKind.PASSPORT)

    assert codes_of(replace(AN_ALIAS, present=person)) == ["KINDS_DIFFER"]
    assert codes_of(replace(AN_ALIAS, former=other, present=person)) == ["ORGANISATIONS_ONLY"]
    for_all = replace(LAW, parties=Parties.ALL)
    identity_links.require_possible(replace(AN_ALIAS, law=for_all, former=other, present=person), on=TODAY)


def test_a_document_that_has_no_effect_yet_links_nothing() -> None:
    document = replace(AN_ALIAS.document, effective_on=TODAY + ONE_DAY)

    assert codes_of(replace(AN_ALIAS, document=document)) == ["IN_THE_FUTURE"]


def test_what_is_linked_already_either_way_round_is_refused_and_more_than_anybody_has() -> None:
    many = [SubjectKey(f"k1.{number}") for number in range(identity_links.MOST_JOINED - 1)]

    def code(formers: list[SubjectKey], presents: list[SubjectKey]) -> str:
        with pytest.raises(DomainError) as refused:
            identity_links.require_room(AN_ALIAS, formers=formers, presents=presents)
        return refused.value.faults[0].code

    identity_links.require_room(AN_ALIAS, formers=[FORMER], presents=[A_SUBJECT])
    identity_links.require_room(AN_ALIAS, formers=[FORMER, *many[1:]], presents=[A_SUBJECT])
    assert code([FORMER], [A_SUBJECT, FORMER]) == "ALREADY_LINKED"
    assert code([FORMER, A_SUBJECT], [A_SUBJECT]) == "LINKED_IN_A_CIRCLE"
    assert code([FORMER, *many], [A_SUBJECT]) == "TOO_MANY"
    identity_links.require_room(replace(AN_ALIAS, kind=LinkKind.RENAMED), formers=[FORMER], presents=[FORMER])


def test_an_alias_is_confirmed_once_and_never_by_whoever_proposed_it() -> None:
    confirmed = identity_links.confirm(AN_ALIAS, BY_SECOND, by=SECOND)

    assert (AN_ALIAS.state, confirmed.state) == (IdentityLinkState.PROPOSED, IdentityLinkState.CONFIRMED)
    with pytest.raises(DomainError) as own:
        identity_links.confirm(AN_ALIAS, BY_FIRST, by=FIRST)
    with pytest.raises(DomainError) as again:
        identity_links.confirm(confirmed, BY_SECOND, by=SECOND)
    assert (own.value.code, again.value.code) == (ErrorCode.SAME_PERSON, ErrorCode.STEP_NOT_ALLOWED)


def test_an_alias_is_revoked_once_before_or_after_it_counted() -> None:
    revoked = identity_links.revoke(AN_ALIAS, BY_FIRST)
    also = identity_links.revoke(identity_links.confirm(AN_ALIAS, BY_SECOND, by=SECOND), BY_FIRST)

    assert (revoked.state, also.state) == (IdentityLinkState.REVOKED, IdentityLinkState.REVOKED)
    for step in (identity_links.revoke, partial(identity_links.confirm, by=SECOND)):
        with pytest.raises(DomainError) as refused:
            step(revoked, BY_SECOND)
        assert refused.value.code is ErrorCode.STEP_NOT_ALLOWED


def test_a_merger_counts_for_the_present_one_only_and_another_number_for_both() -> None:
    renumbered = replace(AN_ALIAS, kind=LinkKind.RENUMBERED, law=replace(LAW, is_mutual=True))

    assert {name: link.subject for name, link in AN_ALIAS.links().items()} == {A_SUBJECT: FORMER}
    assert {name: link.subject for name, link in renumbered.links().items()} == {A_SUBJECT: FORMER, FORMER: A_SUBJECT}
    assert replace(AN_ALIAS, kind=LinkKind.RENAMED).links() == {}


def test_the_law_of_a_day_is_the_latest_in_force() -> None:
    old = IdentityLinkLaw(edition="a", in_force_from=TODAY - ONE_DAY, kinds={})
    new = IdentityLinkLaw(edition="b", in_force_from=TODAY, kinds={})

    assert identity_links.law_in_force((new, old), on=TODAY - ONE_DAY) is old
    assert identity_links.law_in_force((old, new), on=TODAY) is new
    with pytest.raises(LookupError):
        identity_links.law_in_force((old, new), on=TODAY - 2 * ONE_DAY)


def test_the_packaged_law_knows_every_kind_with_its_article() -> None:
    law = identity_links.law_in_force(identity_link_laws(), on=TODAY)

    assert set(law.kinds) == set(LinkKind)
    assert all(kind.basis.startswith("《中华人民共和国") for kind in law.kinds.values())
    assert {name for name, kind in law.kinds.items() if kind.is_mutual} == {LinkKind.RENAMED, LinkKind.RENUMBERED}


def test_a_subject_meets_what_is_kept_under_another_identity_and_is_told_whose_it_is() -> None:
    whole = join(a_summary(), [LinkedSummary(link=a_link(), summary=barred(FORMER))])

    effect, (reason,) = assess(whole, "business-address", on=TODAY, bar_severity=Severity.SERIOUS)

    assert effect is Effect.REFUSED
    assert reason.text.zh.endswith("（登记在被合并的单位名下，依据义乌市市场监督管理局准予合并1号计入。）")
    assert reason.text.en.endswith(
        "(It is kept for an organisation that was merged into this one and counts by 义乌市市场监督管理局准予合并1号.)"
    )
    assert not eligibility(whole, "business-address", names=(), on=TODAY, bar_severity=Severity.SERIOUS).allowed


def test_its_own_records_stay_the_gravest_word_and_come_first() -> None:
    whole = join(barred(A_SUBJECT), [LinkedSummary(link=a_link(), summary=a_summary(subject=FORMER))])

    assert effect_of(whole) is Effect.REFUSED
    assert (
        effect_of(join(a_summary(), [LinkedSummary(link=a_link(), summary=a_summary(subject=FORMER))])) is Effect.NONE
    )


def test_whether_a_source_is_stale_is_asked_of_each_identity_by_itself() -> None:
    silent = Freshness(received_at=NOON, update_due_on=TODAY - ONE_DAY)
    stale = replace(barred(FORMER), freshness={"market": silent})
    fresh = a_summary(freshness={"market": Freshness(received_at=NOON)})

    assert effect_of(join(fresh, [LinkedSummary(link=a_link(), summary=stale)])) is Effect.UNKNOWN


def test_a_summary_without_links_is_itself() -> None:
    alone = a_summary()

    assert join(alone, ()) is alone
    assert (parts_of(alone), others_of(alone)) == ((alone,), ())


def test_identities_behind_identities_are_met_once() -> None:
    own = with_link(a_summary(), a_link())
    back = replace(a_link(A_SUBJECT, alias_id="a2"), kind=LinkKind.RENUMBERED)
    further = a_link(OLDEST, alias_id="a3")
    met = [LinkedSummary(link=own.links[0], summary=a_summary(subject=FORMER, links=(back, further)))]

    assert links_beyond(own, met) == (further,)
    assert links_beyond(own, [*met, LinkedSummary(link=further, summary=a_summary(subject=OLDEST))]) == ()


def test_links_and_names_come_and_go_and_each_time_nobody_files_on_what_was_read_before() -> None:
    before = a_summary(name_digests=("k1.00",))

    linked = with_link(before, a_link())
    named = with_names(linked, ("k1.99", "k1.00"))

    assert (linked.version, linked.links) == (before.version + 1, (a_link(),))
    assert (named.version, named.name_digests) == (before.version + 2, ("k1.99", "k1.00"))
    assert without_link(without_names(named, ("k1.99",)), "a1") == replace(before, version=before.version + 4)
    assert without_link(linked, "another").links == (a_link(),)


def test_a_summary_remembers_for_whom_it_counts_once_and_stops_nobodys_filing() -> None:
    before = a_summary()

    met = with_reader(with_reader(before, FORMER), FORMER)

    assert met == replace(before, met_by=(FORMER,))


def test_flags_and_kept_promises_of_all_parts_are_counted_together() -> None:
    own = a_summary(flags=(a_flag_mark(),), kept_promises=1)
    other = a_summary(subject=FORMER, flags=(a_flag_mark(flag_id="f-2"),), kept_promises=2)

    both = combine(join(own, [LinkedSummary(link=a_link(), summary=other)]))

    assert ([flag.flag_id for flag in both.flags], both.kept_promises) == (["f1", "f-2"], 3)
    assert combine(own) == own
