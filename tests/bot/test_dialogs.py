"""Every dialogue of tests/dialogs, through record, Rasa, actions, retrieval and record; what Rasa remembers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timezone

import httpx2
import pytest
from _pytest.mark.structures import ParameterSet

from bot.gateway.forgetting import forget_erased
from bot.helpdesk import Helpdesk, load_knowledge, open_database
from bot.rasa import Rasa
from bot.settings import Settings
from handoff.conversations import list_messages
from handoff.erasure import erase_conversation
from retrieval.encoder import load_encoder
from tests.dialogs.player import Dialogue, Player, Rasas, play, read_dialogues
from tests.e2e.product.product import MODELS, alone

DIALOGUES = list(read_dialogues())
LEAST = 80
NOON = datetime(2026, 11, 24, 10, tzinfo=timezone.utc)
"""The day the dialogues name dates by."""
KNOWN_MISSES: dict[str, str] = {}
"""What the product does not do yet. They are played all the same, and told when they come right."""


def list_dialogues() -> list[ParameterSet]:
    """Each by its name; a known miss may miss, and only that."""
    named = [(f"{dialogue.file}: {dialogue.name}", dialogue) for dialogue in DIALOGUES]
    return [
        pytest.param(one, id=name, marks=pytest.mark.xfail(reason=KNOWN_MISSES[name], strict=False))
        if name in KNOWN_MISSES
        else pytest.param(one, id=name)
        for name, one in named
    ]


def test_every_known_miss_is_a_dialogue() -> None:
    assert set(KNOWN_MISSES) <= {f"{dialogue.file}: {dialogue.name}" for dialogue in DIALOGUES}


@pytest.fixture(scope="module")
def helpdesk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Helpdesk]:
    database = tmp_path_factory.mktemp("database") / "helpdesk.sqlite3"
    settings = Settings(_env_file=None, data=MODELS, demo=True, database_url=f"sqlite:///{database}", now=NOON)
    encoder = load_encoder("packaged")
    with alone("index"):
        knowledge = load_knowledge(settings, encoder)
    helpdesk = Helpdesk(settings, settings.clock, open_database(settings), encoder, knowledge)
    yield helpdesk
    helpdesk.close()


def test_there_are_enough_dialogues_and_a_third_is_interrupted() -> None:
    assert len(DIALOGUES) >= LEAST
    assert sum(dialogue.file == "interruptions" for dialogue in DIALOGUES) >= len(DIALOGUES) / 3


@pytest.mark.timeout(900)
@pytest.mark.parametrize("dialogue", list_dialogues())
def test_dialogue(helpdesk: Helpdesk, rasa: Rasas, dialogue: Dialogue) -> None:
    played = play(helpdesk, rasa, dialogue)
    assert not played.missed, "\n".join([*played.said, *played.missed])


@pytest.mark.timeout(900)
def test_a_personal_code_is_masked_before_it_is_stored(helpdesk: Helpdesk, rasa: Rasas) -> None:
    player = Player(helpdesk, rasa, Dialogue("A personal code", "here", "lv", ()))
    heard = player.say("mans personas kods ir 120380-12345, vai varu pieteikties?")
    assert "Personas kodu" in heard[0].text
    with helpdesk.database.reading() as session:
        assert not [said for said in list_messages(session, player.id) if "120380" in said.text]


def count_trackers(rasa: Rasas, conversation_id: str) -> int:
    """By having them forgotten: Rasa tells how many there were."""
    told = httpx2.delete(
        f"{rasa.url}/webhooks/helpdesk/conversations/{conversation_id}",
        headers={"Authorization": f"Bearer {rasa.secret}"},
        trust_env=False,
    )
    return int(told.raise_for_status().json()["forgotten"])


def talk(helpdesk: Helpdesk, rasa: Rasas) -> Player:
    player = Player(helpdesk, rasa, Dialogue("A question", "here", "lv", ()))
    player.say("Kas ir sociālā inovācija?")
    return player


async def tell_rasa(helpdesk: Helpdesk, rasa: Rasas) -> int:
    client = Rasa(rasa.url, rasa.secret, rasa.timeout)
    try:
        return await forget_erased(helpdesk, client)
    finally:
        await client.close()


@pytest.mark.timeout(900)
def test_rasa_forgets_who_is_erased_and_does_not_learn_them_anew(helpdesk: Helpdesk, rasa: Rasas) -> None:
    assert count_trackers(rasa, talk(helpdesk, rasa).id) == 1, "it remembers those it talks with"
    player = talk(helpdesk, rasa)
    with helpdesk.database.transaction() as session:
        erase_conversation(session, player.id)
    assert asyncio.run(tell_rasa(helpdesk, rasa)) == 1
    assert count_trackers(rasa, player.id) == 0
    asyncio.run(ask_late(rasa, player.id))
    assert count_trackers(rasa, player.id) == 0, "a turn that was under way brings nothing back"


async def ask_late(rasa: Rasas, conversation_id: str) -> None:
    client = Rasa(rasa.url, rasa.secret, rasa.timeout)
    try:
        await client.ask(f"{conversation_id}.1", "Kas ir sociālā inovācija?", {"text": "Kas ir?", "locale": "lv"})
    finally:
        await client.close()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("method, path", [("POST", "webhook"), ("DELETE", "conversations/1")])
@pytest.mark.parametrize("secret", ["", "Bearer", "Bearer wrong", "wrong"])
def test_rasa_does_nothing_without_the_secret(rasa: Rasas, method: str, path: str, secret: str) -> None:
    headers = {"Authorization": secret} if secret else {}
    told = httpx2.request(
        method, f"{rasa.url}/webhooks/helpdesk/{path}", headers=headers, json={}, trust_env=False
    )
    assert told.status_code == 401


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "path", ["status", "version", "conversations/1/tracker", "model/parse", "domain", "webhooks/rest/webhook"]
)
def test_rasa_has_no_other_way_in(rasa: Rasas, path: str) -> None:
    assert httpx2.get(f"{rasa.url}/{path}", trust_env=False).status_code in (404, 405)
    assert httpx2.post(f"{rasa.url}/{path}", json={}, trust_env=False).status_code in (404, 405)
