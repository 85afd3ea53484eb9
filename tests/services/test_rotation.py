"""A new secret for subject keys, deployed and walked while everything goes on, against a world without one."""

import json
import re
from datetime import timedelta
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.cases.model.case import Way
from chalicelib.container import container
from chalicelib.credit.model.records import Purpose
from chalicelib.credit.services.checks import Inquiry
from chalicelib.credit.store.records import CreditStore
from chalicelib.dynamo.model import connection, unpacked
from chalicelib.dynamo.transaction import transaction
from chalicelib.errors import DomainError
from chalicelib.settings import MisconfiguredError, Secrets
from chalicelib.settings import settings as deployed
from chalicelib.subjects import services
from chalicelib.subjects.model.subjects import Identity, SubjectKey
from chalicelib.subjects.services import WALKED
from chalicelib.subjects.store import KeyRegister, SigningKeyStore
from infra.local.seeding import resident_of
from tests import depth
from tests.api.world import a_town
from tests.builders import AN_OFFICE, NOON, KeyPair, a_flag_mark, a_submission, an_identity
from tests.channels import kept_channels
from tests.cloud import SECRET
from tests.quick_dynamodb import empty_tables
from tests.rights import run_as
from tests.services.case_office import Applicant, publish
from tests.services.credit_office import CREDIT, MACHINE
from tests.services.rotation import NEW_SECRET, Rotation, another_process, deploy
from tests.services.walking import waiting
from tests.wire import Wire, interrupted, watched

pytestmark = pytest.mark.usefixtures("cloud")

KEYS = re.compile(r"k[12]\.[0-9a-f]{64}")
NOT_WALKED = {"timeline", "clocks", "bounds", "idempotency"}
"""The first three mention nobody whom no other does, and what was done once is forgotten after a day."""


@pytest.fixture(autouse=True)
def _walk_in_whole_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut no table into parts: what is in it is little."""
    monkeypatch.setattr(services, "SEGMENTS", 1)
    monkeypatch.setattr(services, "PARTS", tuple(f"{table}/0" for table in WALKED))


def mentioned() -> dict[str, set[str]]:
    """The keys that each table mentions."""
    found: dict[str, set[str]] = {}
    for table in connection().dispatch("ListTables", {})["TableNames"]:
        items = connection().dispatch("Scan", {"TableName": table})["Items"]
        keys = set(KEYS.findall(json.dumps(items, default=unpacked)))
        if keys:
            found[table.removeprefix(deployed().table(""))] = keys
    return found


def test_every_table_that_mentions_keys_is_walked_and_every_key_in_it_is_registered() -> None:
    with kept_channels():
        a_town()
        deploy(NEW_SECRET, at=NOON)

        Rotation(at=NOON).go_on(len(services.PARTS))

        found = mentioned()
    assert set(found) - NOT_WALKED <= set(WALKED)
    everything = sorted(set().union(*(found[table] for table in set(found) - {"idempotency"})))
    for begin in range(0, len(everything), 100):
        assert all(KeyRegister().are_in_use([SubjectKey(key) for key in everything[begin : begin + 100]]))


def test_who_was_known_keeps_the_key_and_who_is_new_after_the_walk_gets_one_of_the_new_secret() -> None:
    deploy(SECRET, at=NOON)
    known = container().subjects.know(an_identity(), AN_OFFICE, NOON).key
    deploy(NEW_SECRET, at=NOON)
    before = container().subject_keys.key_of(an_identity(number=resident_of(1)))
    rotation = Rotation(at=NOON)

    rotation.go_on(len(services.PARTS) - 1)
    meanwhile = container().subject_keys.key_of(an_identity(number=resident_of(2)))
    rotation.go_on(1)
    after = container().subject_keys.key_of(an_identity(number=resident_of(3)))

    assert [key.partition(".")[0] for key in (known, before, meanwhile, after)] == ["k1", "k1", "k1", "k2"]
    assert container().subject_keys.key_of(an_identity()) == known
    assert [another_process().key_of(an_identity(number=resident_of(one))) for one in (1, 2, 3)] == [
        before,
        meanwhile,
        after,
    ]


@pytest.mark.parametrize("function", ["api", "ingest"])
def test_whoever_meets_somebody_new_may_register_them_instead_of_their_earlier_key(function: str) -> None:
    deploy(NEW_SECRET, at=NOON)
    Rotation(at=NOON).go_on(len(services.PARTS))
    deploy(NEW_SECRET, at=NOON)

    key: SubjectKey = run_as(function, container().subject_keys.key_of, an_identity())

    assert key.startswith("k2.")


def test_who_has_only_begun_a_form_finds_it_after_the_walk() -> None:
    deploy(SECRET, at=NOON)
    begun = container().application_forms.begin(
        publish(), way=Way.CERTIFICATE, guided={}, by=Applicant().caller, at=NOON
    )
    deploy(NEW_SECRET, at=NOON)

    rotation = Rotation(at=NOON)
    rotation.go_on(len(services.PARTS))

    found = container().application_forms.read(begun.form_id, by=Applicant().caller, at=rotation.at)
    assert found.maker == begun.maker == Applicant().caller.subject


@pytest.mark.parametrize(
    ("current", "ids"), [("k2", ("k2",)), ("k1", ("k1", "k2")), ("k2", ("k2", "k1")), ("k3", ("k1", "k3")), ("k1", ())]
)
def test_nothing_starts_with_a_secret_removed_or_out_of_order(current: str, ids: tuple[str, ...]) -> None:
    wrong = {**SECRET, "subject_key_id": current, "subject_keys": dict.fromkeys(ids, "11" * 32)}

    with pytest.raises(MisconfiguredError, match="subject keys"):
        Secrets.from_json(json.dumps(wrong))


def test_a_known_name_is_still_known_and_another_still_in_conflict() -> None:
    deploy(SECRET, at=NOON)
    container().subjects.know(an_identity(), AN_OFFICE, NOON)
    deploy(NEW_SECRET, at=NOON)
    Rotation(at=NOON).go_on(len(services.PARTS))

    known = container().subjects.know(an_identity(), AN_OFFICE, NOON)

    assert (known.is_conflicting, container().subjects.masked(known.key)) == (False, "李*")
    assert container().subjects.unmasked(known.key) == an_identity()
    assert container().subjects.know(an_identity(name="李示列"), AN_OFFICE, NOON).is_conflicting


def test_nobody_gets_a_key_of_the_new_secret_before_the_walk_has_begun_nor_while_a_part_is_missing() -> None:
    deploy(NEW_SECRET, at=NOON)
    first = container().subject_keys.key_of(an_identity(number=resident_of(1)))
    with waiting():
        container().walks.repeat("keys:k1", services.PARTS[:3], at=NOON)
    Rotation(at=NOON)

    second = container().subject_keys.key_of(an_identity(number=resident_of(2)))

    assert [key.partition(".")[0] for key in (first, second)] == ["k1", "k1"]


def test_two_processes_that_meet_somebody_at_once_agree_though_the_walk_ends_in_between() -> None:
    deploy(NEW_SECRET, at=NOON)
    rotation = Rotation(at=NOON)
    late, early = another_process(), another_process()
    given_by_early: list[SubjectKey] = []

    def meanwhile() -> None:
        rotation.go_on(len(services.PARTS))
        given_by_early.append(early.key_of(an_identity()))

    with watched(interrupted("TransactWriteItems", meanwhile)):
        given_by_late = late.key_of(an_identity())

    assert given_by_early == [given_by_late]
    assert given_by_late.startswith("k2.")


def test_the_walk_that_registers_somebody_just_before_they_are_named_anew_wins() -> None:
    deploy(SECRET, at=NOON)
    known = container().subjects.know(an_identity(), AN_OFFICE, NOON).key
    deploy(NEW_SECRET, at=NOON)
    rotation = Rotation(at=NOON)
    process = another_process()

    # The register was read before the walk came by, and the walk is done when the process asks for it.
    with watched(interrupted("Query", lambda: rotation.go_on(len(services.PARTS)))):
        key = process.key_of(an_identity())

    assert key == known


def test_with_one_secret_nothing_is_read_and_with_two_many_are_met_in_one_read() -> None:
    people = [an_identity(number=resident_of(number)) for number in range(40)]
    with watched(Wire()) as alone:
        container().subject_keys.keys_of_each(people)
    deploy(NEW_SECRET, at=NOON)
    keys = container().subject_keys.keys_of_each(people)

    with watched(Wire()) as together:
        assert another_process().keys_of_each([*people, *people]) == (*keys, *keys)
    with watched(Wire()) as again:
        assert container().subject_keys.keys_of_each(people) == keys

    assert (alone.operations, together.operations, again.operations) == ([], ["BatchGetItem"], [])


def test_a_process_shows_none_of_its_secrets_and_forgets_whom_it_met_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    deploy(NEW_SECRET, at=NOON)
    monkeypatch.setattr(services, "KEPT_KEYS", 2)
    process = another_process()

    keys = process.keys_of_each([an_identity(number=resident_of(number)) for number in range(5)])

    assert (len(process.met), len(set(keys))) == (2, 5)
    assert "b'" not in repr(process)


Deed: TypeAlias = tuple[str, int]
DEEDS = st.tuples(st.sampled_from(("know", "record", "flag", "promise", "check", "own")), st.integers(0, 2))
PEOPLE = tuple(an_identity(number=resident_of(number)) for number in range(3))
SIGN_WITH = tuple(KeyPair() for _ in PEOPLE)
INQUIRY = Inquiry(item_code="plate-replacement", purpose=Purpose.HANDLING)


def do(deed: Deed, number: int) -> str:
    """Do one thing about somebody, and say what came of it, without a key."""
    kind, which = deed
    about, house, at = PEOPLE[which], container(), NOON + timedelta(minutes=number)
    applicant = Applicant(identity=about, key=SIGN_WITH[which])
    try:
        match kind:
            case "know":
                came = str(house.subjects.know(about, AN_OFFICE, at).is_conflicting)
            case "record":
                record = a_submission(record_id=f"r-{number}", related_items=("plate-replacement",))
                came = house.ingest.put_record(record, about=about, by=MACHINE, at=at).severity.value
            case "flag":
                mark = a_flag_mark(flag_id=f"f-{number}", items=("plate-replacement",))
                digest = house.subject_keys.digest_of_name(about)
                with transaction() as tx:
                    house.credit.put_flag(
                        house.subject_keys.key_of(about), mark, name_digest=digest, by=CREDIT, at=at, tx=tx
                    )
                came = mark.flag_id
            case "promise":
                applicant.enrol(at=at)
                came = applicant.promise(applicant.draft(at=at), at=at).case.state.value
            case "check":
                found = house.credit.check(about, INQUIRY, by=MACHINE, at=at)
                came = f"{found.effect} {[reason.code for reason in found.reasons]}"
            case _:
                page = house.case_queries.page(
                    by=applicant.caller, at=at, state=None, department=None, limit=9, after=None
                )
                came = str(len(page.items))
    except DomainError as error:
        came = error.code.value
    return came


def state_of(about: Identity) -> tuple[object, ...]:
    """What is kept of somebody, found by the number, without a key."""
    house = container()
    store = CreditStore(house.timeline)
    key = house.subject_keys.key_of(about)
    summary = house.credit.summary(key)
    return (
        summary.version,
        [bar.record for bar in summary.bars],
        [flag.flag_id for flag in summary.flags],
        [record.record_id for record in store.records(key)],
        len(store.queries(key, limit=50, after=None).queries),
        len(SigningKeyStore().of(key)),
        len(summary.name_digests),
        house.timeline.reading(summary.owner).verified if summary.head.seq else None,
    )


def lived(deeds: list[Deed], *, deployed_after: int | None, begun_after: int, parts: int) -> list[object]:
    """Let a town go on; with ``deployed_after``, a new secret comes then, and the walk later, some parts at a time."""
    empty_tables()
    deploy(SECRET, at=NOON)
    publish()
    rotation: Rotation | None = None
    seen: list[object] = []
    for number, deed in enumerate(deeds):
        if number == deployed_after:
            deploy(NEW_SECRET, at=NOON)
        if deployed_after is not None and number == deployed_after + begun_after:
            rotation = Rotation(at=NOON)
        if rotation is not None:
            rotation.go_on(parts)
            container().registered_keys.met.clear()
        seen.append(do(deed, number))
    return [*seen, *(state_of(about) for about in PEOPLE)]


@given(
    deeds=st.lists(DEEDS, min_size=4, max_size=14),
    deployed_after=st.integers(0, 6),
    begun_after=st.integers(0, 3),
    parts=st.integers(2, 14),
)
@settings(max_examples=max(8, depth.EXAMPLES // 5), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_goes_on_during_a_rotation_everybody_is_found_as_without_one(
    deeds: list[Deed], deployed_after: int, begun_after: int, parts: int
) -> None:
    without = lived(deeds, deployed_after=None, begun_after=0, parts=0)

    assert lived(deeds, deployed_after=deployed_after, begun_after=begun_after, parts=parts) == without
