"""Data keys: one call to KMS for many texts, and nothing that can be read or moved without it."""

from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib import aws
from chalicelib.errors import DomainError
from chalicelib.settings import settings
from chalicelib.subjects import store
from chalicelib.subjects.store import DataKeys
from tests.cloud import cloud

__all__ = ["cloud"]

pytestmark = pytest.mark.usefixtures("cloud")


class Kms:
    """The client of KMS, which counts its calls and can be down."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.is_down = False
        self._client = aws.client("kms")

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a call
        def call(**asked: Any) -> Any:  # noqa: ANN401 - as botocore has it
            self.calls[name] += 1
            if self.is_down:
                raise EndpointConnectionError(endpoint_url="https://kms.test")
            return getattr(self._client, name)(**asked)

        return call


@pytest.fixture
def kms(monkeypatch: pytest.MonkeyPatch) -> Kms:
    """KMS, watched."""
    watched = Kms()
    monkeypatch.setattr(store, "client", lambda _service: watched)
    return watched


def some_keys(*, purpose: str = "answers") -> DataKeys:
    """A process that has no data key yet."""
    return DataKeys(settings().identity_key, purpose=purpose)


def test_many_texts_cost_one_call_and_another_process_one_more(kms: Kms) -> None:
    here, elsewhere = some_keys(), some_keys()

    sealed = [here.seal(f"电话{number}", about="case") for number in range(5)]
    read = [elsewhere.open(*each, about="case") for each in sealed]

    assert read == ["电话0", "电话1", "电话2", "电话3", "电话4"]
    assert kms.calls == {"generate_data_key": 1, "decrypt": 1}
    assert len({text for _, text in sealed}) == 5
    assert len({key for key, _ in sealed}) == 1


def test_a_data_key_is_used_so_often_and_then_there_is_another(kms: Kms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "USES_OF_A_DATA_KEY", 2)
    keys = some_keys()

    used = [keys.seal("a", about="case")[0] for _ in range(5)]

    assert [used.index(key) for key in used] == [0, 0, 2, 2, 4]
    assert kms.calls == {"generate_data_key": 3}


def test_a_process_keeps_so_many_data_keys_and_forgets_the_oldest(kms: Kms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "KEPT_DATA_KEYS", 1)
    first, second, reader = some_keys(), some_keys(), some_keys()
    texts = first.seal("a", about="case"), second.seal("b", about="case")

    for each in (*texts, *texts):
        reader.open(*each, about="case")

    assert kms.calls["decrypt"] == 4


def test_a_text_is_bound_to_what_it_is_about(kms: Kms) -> None:
    keys = some_keys()
    key, text = keys.seal("电话", about="one")

    for wrong in ((key, text, "another"), (key, f"{text[:-4]}AAAA", "one")):
        with pytest.raises(DomainError, match="UNAVAILABLE"):
            keys.open(wrong[0], wrong[1], about=wrong[2])
    assert kms.calls["decrypt"] == 0


def test_a_data_key_is_bound_to_its_purpose(kms: Kms) -> None:
    sealed = some_keys().seal("电话", about="case")

    with pytest.raises(DomainError, match="UNAVAILABLE"):
        some_keys(purpose="identities").open(*sealed, about="case")
    assert kms.calls["decrypt"] == 1


def test_without_kms_nothing_new_is_sealed_and_what_is_known_is_still_read(kms: Kms) -> None:
    keys = some_keys()
    sealed = keys.seal("电话", about="case")
    kms.is_down = True

    assert keys.open(*sealed, about="case") == "电话"
    with pytest.raises(DomainError, match="UNAVAILABLE"):
        some_keys().seal("电话", about="case")
    with pytest.raises(DomainError, match="UNAVAILABLE"):
        some_keys().open(*sealed, about="case")
