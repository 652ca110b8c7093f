"""The audit trail: one entry for one reading; what administrators find in it, and how fast."""

from __future__ import annotations

from handoff import audit, requests
from handoff.views import Actor
from tests.handoff.world import World


def test_an_open_page_is_read_once_in_half_an_hour(world: World) -> None:
    anna, berta = world.coordinator("Anna"), world.coordinator("Berta")
    number = world.ask_person().number

    def read(actor: Actor, minutes: int) -> int:
        world.clock.advance(minutes=minutes)
        with world.database.transaction() as session:
            requests.get_dossier(session, actor, number)
            return len(audit.list_entries(session, action="request.read"))

    assert [read(anna, 0), read(anna, 10), read(berta, 10), read(anna, 5)] == [1, 1, 2, 2]
    assert [read(anna, 5), read(anna, 29), read(anna, 1)] == [3, 3, 4]
