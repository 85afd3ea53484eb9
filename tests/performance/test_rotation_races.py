"""Many processes that meet the same people while the walk for the earlier secret goes on, on AWS's own engine."""

import json
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.container import container
from chalicelib.settings import Secrets
from chalicelib.subjects import services
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.subjects.services import RegisteredKeys
from chalicelib.subjects.store import KeyRegister
from infra.local.seeding import resident_of
from tests.builders import AN_OFFICE, NOON, an_identity
from tests.depth import goes
from tests.services.rotation import NEW_SECRET, Rotation, another_process

pytestmark = pytest.mark.usefixtures("elsewhere")

PROCESSES = 6


@pytest.fixture(autouse=True)
def _walk_in_two_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "SEGMENTS", 2)
    monkeypatch.setattr(services, "PARTS", tuple(f"{table}/{segment}" for table in services.WALKED for segment in "01"))


@goes("people", usually=60, deep=2_000)
def test_every_process_calls_somebody_by_one_key_and_the_known_by_their_own(people: int) -> None:
    chance = random.Random(84)
    crowd = [an_identity(number=resident_of(40_000 + number)) for number in range(people)]
    known = {about: container().subjects.know(about, AN_OFFICE, NOON).key for about in crowd[::3]}
    container().__dict__["secrets"] = Secrets.from_json(json.dumps(NEW_SECRET))
    rotation = Rotation(at=NOON)

    def meet(process: RegisteredKeys, seed: int) -> list[SubjectKey]:
        order = random.Random(seed).sample(range(people), people)
        met = {place: process.key_of(crowd[place]) for place in order}
        return [met[place] for place in range(people)]

    with ThreadPoolExecutor(PROCESSES) as pool:
        meeting = [pool.submit(meet, another_process(), chance.randrange(9_999)) for _ in range(PROCESSES)]
        while rotation.left:
            rotation.go_on(chance.randint(1, 10))
        met = [one.result() for one in meeting]
    newcomer = another_process().key_of(an_identity(number=resident_of(39_999)))

    assert all(each == met[0] for each in met)
    assert {about: key for about, key in zip(crowd, met[0], strict=True) if about in known} == known
    assert newcomer.startswith("k2.")
    for about, key in zip(crowd, met[0], strict=True):
        possible = another_process().possible_keys_of(about)
        assert [one for one, used in zip(possible, KeyRegister().are_in_use(possible), strict=True) if used] == [key]
