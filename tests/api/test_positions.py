"""Positions of subscriptions, which systems keep: they are no cursors, and never end."""

from datetime import timedelta

from tests.api.bodies import token_of
from tests.api.world import World, world
from tests.builders import NOON
from tests.cloud import turn_clock

__all__ = ["world"]


def test_a_system_goes_on_where_it_stopped_however_long_ago(world: World) -> None:
    url = f"/v1/subscriptions/{world.things['subscription'].name}/flag_notices"
    turn_clock(NOON + timedelta(days=400))

    first = world.client.get(f"{url}?after=0&limit=1", token=token_of("system.market"))
    after = world.client.get(f"{url}?after={first.body['items'][0]['number']}", token=token_of("system.market"))
    beyond = world.client.get(f"{url}?after=999999999", token=token_of("system.market"))
    world.rewind()

    assert [each["number"] for each in first.body["items"]] == [1]
    assert [each["number"] for each in after.body["items"]] == list(range(2, first.body["last"] + 1))
    assert (beyond.status, beyond.body["items"]) == (200, [])
