"""Two credit officers say over HTTP that two identities belong together."""

from typing import Any

import pytest

from tests.api.bodies import ALIAS, RECORD, token_of
from tests.api.world import World, world
from tests.cloud import Reply

__all__ = ["world"]

FORMER = {"kind": "uscc", "number": "91330782MA0000060A", "name": "义乌更名前有限公司（合成）"}
PRESENT = {**FORMER, "number": "91330782MA00000797"}


def send(world: World, path: str, body: dict[str, Any], *, as_: str = "credit", version: int | None = None) -> Reply:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return world.client.call("POST", f"/v1/credit/aliases{path}", body, token=token_of(as_), headers=headers)


def checked(world: World) -> tuple[str, list[str]]:
    body = {"subject": PRESENT, "item_code": "plate-replacement", "purpose": "handling"}
    found = world.send("POST", "/v1/credit/checks", body, as_="system.traffic").body
    return found["effect"], [reason["text"] for reason in found["reasons"]]


@pytest.mark.requirement("R6.4")
def test_from_the_proposal_to_the_revocation(world: World) -> None:
    record = {**RECORD, "subject": FORMER, "related_items": ["business-address", "plate-replacement"]}
    world.client.call("PUT", "/v1/credit/records/market/before", record, token=token_of("system.market"))
    proposal = {**ALIAS, "kind": "renumbered", "former": FORMER, "present": PRESENT}

    made = send(world, "", proposal)
    own = send(world, f"/{made.body['id']}/confirmation", {"reason": "已核对。"}, version=1)
    before = checked(world)
    confirmed = send(world, f"/{made.body['id']}/confirmation", {"reason": "已核对。"}, as_="credit2", version=1)
    after = checked(world)
    revoked = send(world, f"/{made.body['id']}/revocation", {"reason": "有误。", "basis": "更正1号"}, version=2)

    assert (made.status, own.code, confirmed.status, revoked.status) == (201, "SAME_PERSON", 200, 200)
    assert [made.body["state"], confirmed.body["state"], revoked.body["state"]] == ["proposed", "confirmed", "revoked"]
    assert (made.body["mutual"], made.body["former"]["name"]) == (True, "义*")
    assert (before[0], after[0], checked(world)[0]) == ("none", "refused", "none")
    assert "登记在同一主体的另一证件号码名下" in after[1][0]


def test_every_fault_of_an_alias_is_named_at_its_field(world: World) -> None:
    document = {**ALIAS["document"], "effective_on": "2026-12-01"}
    person = {"kind": "passport", "number": "E12345678", "name": "李示例"}

    refused = send(world, "", {**ALIAS, "present": person, "document": document})

    assert (refused.status, refused.code) == (422, "ALIAS_NOT_ACCEPTABLE")
    faults = [fault["pointer"] for fault in refused.body["errors"]]
    assert faults == ["/present/kind", "/document/effective_on"]
