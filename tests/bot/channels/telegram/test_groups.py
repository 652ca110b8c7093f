"""In groups: commands and mentions are answered, the rest is neither read nor kept."""

from tests.bot.channels.telegram.rig import Rig
from tests.telegram_api import USERNAME, TelegramApi

GROUP = -500


def mention(api: TelegramApi, text: str) -> None:
    whole = f"@{USERNAME} {text}"
    entities = [{"type": "mention", "offset": 0, "length": len(USERNAME) + 1}]
    api.say(GROUP, whole, entities=entities, user=7001)


def test_a_command_is_answered_and_nothing_kept(rig: Rig, api: TelegramApi) -> None:
    api.say(GROUP, f"/konkursi@{USERNAME}", user=7001)
    rig.await_text(GROUP, "Konkurss Nr. 1")
    assert rig.conversation(GROUP) is None
    assert api.chat(GROUP).buttons[0]["url"].startswith(f"https://t.me/{USERNAME}?start=")


def test_a_mention_is_answered_with_its_source(rig: Rig, api: TelegramApi) -> None:
    mention(api, "Kas ir sociālā inovācija?")
    rig.await_text(GROUP, "jaunas sadarbības formas")
    assert rig.conversation(GROUP) is None


def test_personal_matters_go_to_a_private_chat(rig: Rig, api: TelegramApi) -> None:
    api.say(GROUP, f"/cilveks@{USERNAME}", user=7001)
    rig.await_text(GROUP, "privātā sarunā")
    assert api.chat(GROUP).buttons[0]["url"] == f"https://t.me/{USERNAME}?start=person"


def test_the_talk_of_others_is_left_alone(rig: Rig, api: TelegramApi) -> None:
    api.chat(GROUP)
    api.say(GROUP, "Kas ir sociālā inovācija?", user=7001)
    api.say(GROUP, "/konkursi@cits_bots", user=7001)
    api.say(GROUP, f"/termini@{USERNAME}", user=7001)
    rig.await_texts(GROUP, 1)
    rig.settle()
    assert len(api.chat(GROUP).texts) == 1


def test_a_link_from_a_group_runs_its_command_in_private(rig: Rig, api: TelegramApi) -> None:
    api.say(7001, "/start subscribe")
    rig.await_text(7001, "Par kādu tēmu")
