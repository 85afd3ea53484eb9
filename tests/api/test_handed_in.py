"""Materials handed in by the id of a document, what was handed in before, and how long each document stays."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.bounds.model import Counted
from chalicelib.cases.services.materials.handed_in import HandedIn
from chalicelib.catalogue.model.items import Material, Way
from chalicelib.catalogue.model.terms import WrittenLimit
from chalicelib.container import container
from chalicelib.timeline.event_types import EventKind
from chalicelib.walks.model import Step
from chalicelib.workdays.model.limits import Unit
from tests.api.handling import GRANTED, Office
from tests.api.test_bounds import allow
from tests.api.test_cases import Person, case, person, publish
from tests.api.test_documents import Scanner, a_mandate, ask, bring, bucket, read, scanner
from tests.authorities import let_act
from tests.builders import a_material, an_item
from tests.cloud import READING, Reply, TokenOf, turn_clock
from tests.documents import arrive, digest, hear, put, uploaded, versions
from tests.files import A_JPEG, A_PDF, EICAR
from tests.services.walking import ended

__all__ = ["bucket", "case", "person", "scanner"]

RECEIVED = "case:materials_received"


def by_certificate(person: Person) -> str:
    return str(person.draft(way="certificate").body["draft_id"])


def handed_in(*documents: str, material: str = "old-plate") -> list[dict[str, str]]:
    return [{"id": material, "document": document} for document in documents]


def file(person: Person, draft: str, materials: list[dict[str, str]], *, language: str = "zh") -> Reply:
    body = {"draft_id": draft, "materials": materials}
    return person.client.post("/v1/cases", body, token=person.token, accept_language=language)


def a_case(person: Person, content: bytes = A_JPEG) -> tuple[str, str]:
    """File by certificate with one document; return the case's number and the document's id."""
    draft = by_certificate(person)
    document = bring(person, content, draft_id=draft)
    filed = file(person, draft, handed_in(document))
    assert filed.status == 201, filed.text
    return filed.body["case_no"], document


def kinds(owner: str) -> list[str]:
    return [event.kind for event in container().timeline.events(owner)]


def test_a_material_is_handed_in_by_its_document_and_the_event_proves_which(person: Person) -> None:
    draft = by_certificate(person)
    document = bring(person, draft_id=draft)

    filed = file(person, draft, handed_in(document))

    whole = {"id": "old-plate", "sha256": digest(A_JPEG), "name": "旧车牌.jpg", "document": document, "problem": ""}
    assert (filed.status, filed.body["materials"]) == (201, [whole])
    (event,) = [one for one in container().timeline.events(f"case:{filed.body['case_no']}") if one.kind == "case:filed"]
    assert event.data["materials"] == [{"id": "old-plate", "sha256": digest(A_JPEG), "document": document}]


def test_several_documents_may_be_one_material_and_none_is_there_twice(person: Person) -> None:
    draft = by_certificate(person)
    first, second = bring(person, draft_id=draft), bring(person, A_PDF, draft_id=draft)

    twice = file(person, draft, handed_in(first, first))
    mixed = file(person, draft, [*handed_in(first), {"id": "old-plate", "sha256": digest(A_PDF)}])
    both = file(person, draft, handed_in(first, second))

    assert [(one.code, one.pointers) for one in (twice, mixed)] == [("MATERIAL_NOT_LISTED", ["/materials/1/id"])] * 2
    assert [one["document"] for one in both.body["materials"]] == [first, second]


def test_what_was_left_out_when_the_draft_was_filed_is_opened_by_nobody(person: Person, token: TokenOf) -> None:
    draft = by_certificate(person)
    wrong, right = bring(person, A_PDF, draft_id=draft), bring(person, draft_id=draft)
    case_no = file(person, draft, handed_in(right)).body["case_no"]
    mandate = a_mandate(person.client, token, case_no)
    officer, inspector = token("officer.traffic"), token("inspector")
    inspected = f"/v1/inspections/{mandate}/cases/{case_no}/documents"

    def listed(path: str, by: str) -> list[str]:
        return [one["id"] for one in person.client.get(path, token=by).body["items"]]

    own, desk = (listed(f"/v1/documents?case_no={case_no}&{READING}", by) for by in (person.token, officer))
    refused = [
        person.client.get(f"/v1/documents/{wrong}", token=officer),
        person.client.post(f"/v1/documents/{wrong}/view", token=officer),
        person.client.post(f"{inspected}/{wrong}/view", token=inspector),
    ]

    assert (set(own), desk, listed(inspected, inspector)) == ({wrong, right}, [right], [right])
    assert [(one.status, one.code) for one in refused] == [(404, "NOT_FOUND")] * 3
    assert person.client.post(f"/v1/documents/{right}/view", token=officer).status == 200


def test_a_document_that_cannot_be_handed_in_is_named_with_the_reason_and_nothing_is_filed(person: Person) -> None:
    draft, other_draft = by_certificate(person), by_certificate(person)
    awaited = ask(person, draft_id=draft).body["id"]
    refused = bring(person, EICAR, draft_id=draft)
    elsewhere = bring(person, draft_id=other_draft)

    replies = [
        file(person, draft, handed_in(document), language="en") for document in (awaited, refused, elsewhere, "0" * 32)
    ]

    assert [(one.status, one.code, one.pointers) for one in replies] == [
        (422, "DOCUMENT_NOT_USABLE", ["/materials/0/document"])
    ] * 4
    told = [one.body["errors"][0]["detail"] for one in replies]
    assert [word in text for word, text in zip(("not arrived", "no PDF", "No such", "No such"), told, strict=True)] == [
        True
    ] * 4
    assert file(person, draft, handed_in(bring(person, draft_id=draft))).status == 201


def test_nobody_hands_in_what_another_uploaded(person: Person, token: TokenOf) -> None:
    other = Person(person.client, token("applicant2")).enrol()
    theirs = bring(other, draft_id=by_certificate(other))

    reply = file(person, by_certificate(person), handed_in(theirs))

    assert (reply.status, reply.code) == (422, "DOCUMENT_NOT_USABLE")


@pytest.mark.parametrize(
    ("material", "pointer"),
    [
        ({"id": "old-plate"}, "/materials/0/document"),
        ({"id": "old-plate", "document": "0" * 32, "sha256": "ab" * 32}, "/materials/0/document"),
        ({"id": "old-plate", "document": "0" * 31}, "/materials/0/document"),
        ({"id": "old-plate", "document": "../../etc/passwd"}, "/materials/0/document"),
        ({"id": "old-plate", "document": ""}, "/materials/0/document"),
    ],
)
def test_a_material_is_a_digest_or_a_document(person: Person, material: dict[str, str], pointer: str) -> None:
    reply = file(person, by_certificate(person), [material])

    assert (reply.status, reply.code, reply.pointers) == (400, "INVALID_BODY", [pointer])


def test_a_document_in_quarantine_is_handed_in_and_both_hear_if_it_is_refused_later(
    person: Person,
    scanner: Scanner,  # noqa: ARG001 - it looks at what arrives
    token: TokenOf,
) -> None:
    case_no, document = a_case(person, A_PDF + EICAR)
    verdict = {"document_id": document, "verdict": "refused"}

    hear(verdict, verdict)
    hear(verdict)
    told = person.client.get(f"/v1/cases/{case_no}?purpose=handling", token=token("officer.traffic")).body
    timeline = person.client.get(f"/v1/cases/{case_no}/timeline", token=person.token).body

    assert [one["problem"] for one in told["materials"]] == ["UNSAFE"]
    (event,) = [one for one in timeline["items"] if one["kind"] == "case:material_refused"]
    assert event["data"] == {"document": document, "material": "old-plate", "problem": "UNSAFE"}
    assert (event["actor"], timeline["verified"]) == ("service:quarantine", True)


def test_what_was_refused_later_is_replaced_whatever_the_state_and_nothing_else_is(
    person: Person,
    scanner: Scanner,  # noqa: ARG001 - as above
    token: TokenOf,
) -> None:
    case_no, document = a_case(person, A_PDF + EICAR)
    place = f"/v1/cases/{case_no}"

    def bring_again(document_id: str) -> Reply:
        return person.client.post(f"{place}/materials", {"materials": handed_in(document_id)}, token=person.token)

    sound = bring(person, case_no=case_no)
    early = bring_again(sound)
    hear({"document_id": document, "verdict": "refused"})
    clocks = person.client.get(place, token=person.token).body["clocks"]
    replaced = bring_again(sound)
    again = bring_again(sound)

    assert (early.status, early.code) == (409, "STEP_NOT_ALLOWED")
    assert [(one["document"], one["problem"]) for one in replaced.body["materials"]] == [(sound, "")]
    assert (replaced.body["state"], replaced.body["clocks"]) == ("received", clocks)
    assert (again.status, again.code) == (409, "STEP_NOT_ALLOWED")
    assert kinds(f"case:{case_no}")[-1] == RECEIVED
    listed = person.client.get(f"/v1/documents?case_no={case_no}&{READING}", token=token("officer.traffic")).body[
        "items"
    ]
    assert {one["id"] for one in listed} == {document, sound}


def test_a_document_that_is_refused_while_it_is_filed_is_not_handed_in(
    person: Person,
    scanner: Scanner,  # noqa: ARG001 - as above
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draft = by_certificate(person)
    document = bring(person, A_PDF + EICAR, draft_id=draft)
    keep = HandedIn.keep

    def refused_meanwhile(*arguments: Any) -> None:  # noqa: ANN401 - as the original takes them
        keep(*arguments)
        hear({"document_id": document, "verdict": "refused"})

    monkeypatch.setattr(HandedIn, "keep", refused_meanwhile)

    reply = file(person, draft, handed_in(document))

    assert (reply.status, reply.code) == (422, "DOCUMENT_NOT_USABLE")


def test_a_correction_is_answered_with_a_document_and_what_it_replaces_stays_on_file(
    person: Person, token: TokenOf
) -> None:
    case_no, first = a_case(person)
    place = f"/v1/cases/{case_no}"
    officer = token("officer.traffic")
    version = person.client.get(f"{place}?{READING}", token=officer).headers["etag"]
    demand = {"missing": ["old-plate"], "basis": "《机动车登记规定》第24条"}
    person.client.post(f"{place}/corrections", demand, token=officer, if_match=version)
    second = bring(person, A_PDF, case_no=case_no)

    def answer(document_id: str) -> Reply:
        body = {"materials": handed_in(document_id), "text": ""}
        return person.client.post(f"{place}/corrections/1/answer", body, token=person.token)

    awaited = answer(ask(person, case_no=case_no).body["id"])
    answered = answer(second)
    turn_clock(container().clock.now() + timedelta(days=400))
    ended("documents", at=container().clock.now())

    assert (awaited.status, awaited.code) == (422, "DOCUMENT_NOT_USABLE")
    assert [one["document"] for one in answered.body["materials"]] == [second]
    assert [read(person, one)["state"] for one in (first, second)] == ["clean", "clean"]


@pytest.mark.requirement("R1.4")
def test_what_was_handed_in_before_is_listed_once_and_handed_in_again(person: Person) -> None:
    _, document = a_case(person)
    draft = by_certificate(person)
    bring(person, EICAR, draft_id=draft)
    body = {"draft_id": draft, "material": "old-plate", "documents": [document, document]}

    listed = person.client.get("/v1/me/documents", token=person.token).body["items"]
    turn_clock(container().clock.now() + timedelta(minutes=1))
    first, again = (person.client.post("/v1/document-copies", body, token=person.token) for _ in range(2))
    (copy,) = first.body["items"]
    filed = file(person, draft, handed_in(copy["id"]))
    afterwards = person.client.get("/v1/me/documents", token=person.token).body["items"]

    assert [(one["id"], one["item_name"]) for one in listed] == [(document, "机动车号牌补领")]
    assert first.body == again.body
    assert (copy["state"], copy["sha256"], copy["name"]) == ("clean", digest(A_JPEG), "旧车牌.jpg")
    assert copy["id"] != document
    assert len(versions()) == 2
    assert filed.status == 201
    assert [one["id"] for one in afterwards] == [copy["id"]]
    events = container().timeline.events(f"document:{copy['id']}")
    assert [event.kind for event in events] == ["document:requested", "document:received", "document:cleared"]
    assert events[0].data["copy_of"] == document


def test_a_copy_that_was_deleted_meanwhile_is_made_again_once(person: Person) -> None:
    _, document = a_case(person)
    case_no, _ = a_case(person, A_PDF)
    body = {"case_no": case_no, "material": "old-plate", "documents": [document]}
    (first,) = person.client.post("/v1/document-copies", body, token=person.token).body["items"]
    night(container().clock.now() + timedelta(days=1))
    night(container().clock.now() + timedelta(days=8))
    gone = read(person, first["id"])["state"]

    (second,), (third,) = (
        person.client.post("/v1/document-copies", body, token=person.token).body["items"] for _ in range(2)
    )

    assert (gone, second["state"]) == ("deleted", "clean")
    assert third == second


def test_a_copy_of_which_the_bucket_tells_later_stays_as_it_is(person: Person) -> None:
    _, document = a_case(person)
    body = {"draft_id": by_certificate(person), "material": "old-plate", "documents": [document]}
    (copy,) = person.client.post("/v1/document-copies", body, token=person.token).body["items"]
    late = put(copy["id"], EICAR)

    hear(uploaded(copy["id"], late))

    assert read(person, copy["id"])["state"] == "clean"
    assert late not in versions()


@pytest.mark.requirement("R1.4")
def test_only_the_applicant_hands_in_again_and_only_their_own(person: Person, token: TokenOf) -> None:
    _, document = a_case(person)
    other = Person(person.client, token("applicant2")).enrol()
    agent = Person(person.client, token("agent")).enrol()
    authority = let_act(person.client, person.token, items=["plate-replacement"], acts=["file"])
    drafts = [
        by_certificate(other),
        str(agent.draft(way="certificate", on_behalf_of={"authority": authority}).body["draft_id"]),
    ]

    def again(who: Person, draft: str) -> Reply:
        body = {"draft_id": draft, "material": "old-plate", "documents": [document]}
        return who.client.post("/v1/document-copies", body, token=who.token)

    replies = [again(other, drafts[0]), again(agent, drafts[1]), again(other, by_certificate(person))]

    assert [(one.status, one.code) for one in replies] == [(404, "NOT_FOUND")] * 3
    assert [one.client.get("/v1/me/documents", token=one.token).body["items"] for one in (other, agent)] == [[], []]
    assert len(versions()) == 1


def test_a_copy_needs_a_material_on_the_list_a_clean_document_and_room(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, document = a_case(person)
    draft = by_certificate(person)
    awaited = ask(person, draft_id=by_certificate(person)).body["id"]

    def again(**change: object) -> Reply:
        body = {"draft_id": draft, "material": "old-plate", "documents": [document], **change}
        sent = {name: value for name, value in body.items() if value is not None}
        return person.client.post("/v1/document-copies", sent, token=person.token)

    replies = [again(material="passport"), again(documents=[awaited]), again(draft_id=None), again(documents=[])]
    allow(monkeypatch, Counted.DOCUMENTS, 1)
    ask(person, draft_id=draft)
    full = again()

    assert [(one.status, one.code) for one in replies] == [
        (422, "MATERIAL_NOT_LISTED"),
        (409, "DOCUMENT_NOT_CLEAN"),
        (400, "INVALID_BODY"),
        (400, "INVALID_BODY"),
    ]
    assert (full.status, full.code) == (429, "TOO_MANY_DOCUMENTS")
    assert len(versions()) == 1


def night(at: datetime) -> Step:
    """Let the documents go whose time is over at an instant."""
    turn_clock(at)
    return ended("documents", at=at)


@pytest.mark.parametrize(("days", "state"), [(6, "clean"), (7, "clean"), (8, "deleted")])
def test_a_document_that_is_never_handed_in_goes_after_some_days(person: Person, days: int, state: str) -> None:
    document = bring(person, draft_id=by_certificate(person))

    night(container().clock.now() + timedelta(days=days))

    found = container().documents.load(document)
    assert (found.state.value, len(versions()), found.name) == (
        (state, 1, "旧车牌.jpg") if state == "clean" else (state, 0, "")
    )
    assert container().timeline.reading(f"document:{document}").verified


def test_a_document_that_is_handed_in_by_its_digest_stays_as_well(person: Person) -> None:
    draft = by_certificate(person)
    document = bring(person, draft_id=draft)
    filed = file(person, draft, [{"id": "old-plate", "sha256": digest(A_JPEG)}])

    night(container().clock.now() + timedelta(days=8))

    assert filed.status == 201
    assert (container().documents.load(document).state.value, len(versions())) == ("clean", 1)


def closed(person: Person, token: TokenOf, case_no: str) -> datetime:
    """Handle a case to its end; return when."""
    officer, place = token("officer.traffic"), f"/v1/cases/{case_no}"
    steps: list[tuple[str, dict[str, Any]]] = [
        ("acceptance", {"accepted": True, "reason": ""}),
        ("decision", {"outcome": "granted", "document_no": "1", "reasons": "齐全。"}),
        ("delivery", {}),
    ]
    for step, body in steps:
        version = person.client.get(f"{place}?{READING}", token=officer).headers["etag"]
        reply = person.client.post(f"{place}/{step}", body, token=officer, if_match=version)
        assert reply.status == 200, reply.text
    return container().clock.now()


def ten_years_after(at: datetime, *, years: int = 10, days: int = 0) -> datetime:
    return at.replace(year=at.year + years) + timedelta(days=days)


@pytest.mark.parametrize(("days", "is_here"), [(-1, True), (0, True), (1, False)])
def test_what_was_handed_in_stays_for_the_years_of_the_rule_pack_after_the_case_is_closed(
    person: Person, token: TokenOf, days: int, *, is_here: bool
) -> None:
    case_no, _ = a_case(person)
    at = closed(person, token, case_no)

    night(ten_years_after(at, days=days))

    assert (len(versions()) == 1) is is_here
    timeline = container().timeline.reading(f"case:{case_no}")
    assert ("case:material_deleted" in {event.kind for event in timeline.events}) is not is_here
    assert timeline.verified


def test_a_deletion_says_on_which_basis_and_the_digest_stays(person: Person, token: TokenOf) -> None:
    case_no, document = a_case(person)
    at = closed(person, token, case_no)
    night(at + timedelta(days=1))

    answers = [night(ten_years_after(at, days=1)) for _ in range(2)]

    assert [answer.changed for answer in answers] == [1, 0]
    told = person.client.get(f"/v1/cases/{case_no}/timeline", token=person.token).body
    last = told["items"][-1]
    assert (last["kind"], last["actor"], told["verified"]) == (EventKind.MATERIAL_DELETED, "service:retention", True)
    assert (last["data"]["document"], last["data"]["material"]) == (document, "old-plate")
    assert "保管期限" in last["data"]["basis"]
    seen = person.client.get(f"/v1/cases/{case_no}", token=person.token).body
    assert (seen["materials"][0]["sha256"], seen["materials"][0]["name"]) == (digest(A_JPEG), "")
    gone = read(person, document)
    assert (gone["state"], gone["name"], gone["sha256"]) == ("deleted", "", digest(A_JPEG))
    view = person.client.post(f"/v1/documents/{document}/view", token=token("officer.traffic"))
    assert (view.status, view.code) == (409, "DOCUMENT_NOT_CLEAN")
    assert person.client.get("/v1/me/documents", token=person.token).body["items"] == []


def test_an_item_has_years_of_its_own_for_a_material(person: Person, token: TokenOf) -> None:
    item = an_item(materials=(replace(a_material(id="old-plate"), kept_years=2),))
    publish(replace(item, version=2))
    case_no, _ = a_case(person)
    at = closed(person, token, case_no)
    night(at + timedelta(days=1))

    night(ten_years_after(at, years=2))
    before = len(versions())
    night(ten_years_after(at, years=2, days=1))

    assert (before, len(versions())) == (1, 0)


def test_a_document_stays_as_long_as_its_case_is_open(person: Person) -> None:
    _, document = a_case(person)
    start = container().clock.now()

    for days in (1, 31, 400, 4000):
        night(start + timedelta(days=days))

    assert container().documents.load(document).state.value == "clean"


def test_every_version_of_a_document_goes(person: Person) -> None:
    document = bring(person, draft_id=by_certificate(person))
    start = container().clock.now()
    put(document, EICAR)
    put(f"{document}x", A_JPEG)
    night(start + timedelta(days=1))

    night(start + timedelta(days=8))

    assert len(versions()) == 1


def test_what_cannot_be_deleted_tonight_is_tried_again_tomorrow(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = bring(person, draft_id=by_certificate(person))
    start = container().clock.now()
    night(start + timedelta(days=1))

    def refuse(_: str) -> int:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(container().document_bucket, "remove_all", refuse)
        assert night(start + timedelta(days=8)).failed == 1
    night(start + timedelta(days=9))

    assert container().documents.load(document).state.value == "deleted"


def test_a_document_that_never_arrived_goes_too(person: Person) -> None:
    document = ask(person, draft_id=by_certificate(person)).body["id"]
    start = container().clock.now()

    for day in (1, 8):
        night(start + timedelta(days=day))
    arrive(document, A_JPEG)

    assert container().documents.load(document).state.value == "deleted"


def test_what_was_brought_later_and_refused_has_not_come_yet_and_is_brought_again_after_the_case_is_closed(
    person: Person,
    scanner: Scanner,  # noqa: ARG001 - as above
    token: TokenOf,
) -> None:
    later = WrittenLimit(value=5, unit=Unit.WORKING_DAYS, basis="第3条")
    plan = Material(id="site-plan", name="平面图", basis="第3条", ways=(Way.CERTIFICATE,), later=later)
    publish(an_item(version=2, materials=(a_material(), plan), jurisdiction="corrects-first"))
    case_no = person.promise(person.draft(later=["site-plan"]).body).body["case_no"]
    office = Office(person.client, token, container().cases.load(case_no))
    office.done("decision", GRANTED)
    office.done("delivery")

    def bring_it(content: bytes) -> tuple[str, Reply]:
        document = bring(person, content, case_no=case_no, material="site-plan")
        body = {"materials": handed_in(document, material="site-plan")}
        return document, person.client.post(f"/v1/cases/{case_no}/materials", body, token=person.token)

    unsafe, brought = bring_it(A_PDF + EICAR)
    assert brought.body["later"][0]["brought_at"] is not None
    hear({"document_id": unsafe, "verdict": "refused"})
    office.version = container().cases.load(case_no).version

    true = {"result": "true", "method": "online", "findings": "属实。"}
    assert office.act("verification", true).body["owed_later"] == "site-plan"
    unfulfilled = {**true, "result": "unfulfilled"}
    assert office.act("verification", unfulfilled).body["due_on"] == "2026-10-10"
    again = bring_it(A_PDF)[1]
    assert (again.status, again.body["later"][0]["brought_at"] is None) == (200, False)
    office.version = again.body["version"]
    assert office.act("verification", true).status == 200
