"""Rasa is told to forget until it has said that it did; what it cannot be told waits, and is never lost."""

import asyncio

import pytest

from bot.gateway.forgetting import forget_erased, keep_forgetting
from bot.helpdesk import Helpdesk
from bot.rasa import Rasa, RasaUnavailable
from handoff.conversations import open_conversation
from handoff.erasure import erase_conversation
from handoff.trackers import count_waiting


class Forgetful(Rasa):
    """Stands at the port to Rasa: `down`, or with a store that cannot be told to forget."""

    def __init__(self, *, down: bool = False, able: bool = True) -> None:
        self.down, self.able = down, able
        self.told: list[str] = []
        self.heard = asyncio.Event()

    async def forget(self, conversation_id: str) -> bool:
        if self.down:
            raise RasaUnavailable("unreachable")
        self.told.append(conversation_id)
        self.heard.set()
        return self.able


def erase_one(helpdesk: Helpdesk) -> str:
    with helpdesk.database.transaction() as session:
        opened, _ = open_conversation(session, channel="web", locale="lv", consent="1", page=None, greeting=[])
        erase_conversation(session, opened.id)
    return opened.id


def waiting(helpdesk: Helpdesk) -> int:
    with helpdesk.database.reading() as session:
        return count_waiting(session)


def test_it_is_told_once_rasa_is_back(helpdesk: Helpdesk) -> None:
    erased = erase_one(helpdesk)
    rasa = Forgetful(down=True)
    assert asyncio.run(forget_erased(helpdesk, rasa)) == 0
    assert waiting(helpdesk) == 1
    rasa.down = False
    assert asyncio.run(forget_erased(helpdesk, rasa)) == 1
    assert (rasa.told, waiting(helpdesk)) == ([erased], 0)


def test_a_store_that_goes_by_its_expiry_is_not_asked_for_ever(
    helpdesk: Helpdesk, caplog: pytest.LogCaptureFixture
) -> None:
    erase_one(helpdesk)
    assert asyncio.run(forget_erased(helpdesk, Forgetful(able=False))) == 1
    assert waiting(helpdesk) == 0
    assert "expiry" in caplog.text


def test_it_is_told_at_once_while_the_helpdesk_runs(helpdesk: Helpdesk) -> None:
    async def run() -> list[str]:
        rasa = Forgetful()
        work = asyncio.create_task(keep_forgetting(helpdesk, rasa))
        await asyncio.sleep(0)
        await asyncio.to_thread(erase_one, helpdesk)
        async with asyncio.timeout(20):
            await rasa.heard.wait()
        work.cancel()
        return rasa.told

    assert len(asyncio.run(run())) == 1
