"""Many chats, every kind of update, a Telegram in a bad mood: the record and the chats agree at the end."""

import random

from handoff.conversations import list_messages
from handoff.messages import Author, Message
from tests.bot.channels.telegram.rig import HandClock, Rig
from tests.telegram_api import TelegramApi

CHATS = range(8001, 8013)
ROUNDS = 14


def misbehave(api: TelegramApi, chance: random.Random) -> None:
    troubles = [
        lambda: api.fail("sendMessage", 500, "Internal Server Error"),
        lambda: api.fail("sendMessage", 502, "Bad Gateway"),
        lambda: api.fail("sendMessage", 429, "Too Many Requests: retry after 1", retry_after=1),
        lambda: api.fail("sendMessage", 400, "Bad Request: can't parse entities: x"),
        lambda: api.fail("answerCallbackQuery", 400, "Bad Request: query is too old"),
        lambda: api.fail("sendChatAction", 500, "Internal Server Error"),
    ]
    chance.choice(troubles)()


def act(api: TelegramApi, chat: int, chance: random.Random) -> None:
    said = chance.choice(
        ["paldies", "labdien", "/konkursi", "/valoda", "/abonementi", "/palidziba", "<b>&*_[", "🙂" * 50]
    )
    kind = chance.random()
    if kind < 0.6:
        update = api.say(chat, said)
        if chance.random() < 0.3:
            api.deliver(update)
        if chance.random() < 0.3 and not said.startswith("/"):
            api.edit(update, f"{said} labots")
    elif kind < 0.8 and any("callback_data" in button for button in api.chat(chat).buttons):
        pressable = [button["text"] for button in api.chat(chat).buttons if "callback_data" in button]
        api.press(chat, chance.choice(pressable))
    else:
        api.deliver(api.update(message=api.message(chat, sticker=STICKER)))


STICKER = {
    "file_id": "S", "file_unique_id": "S", "width": 1, "height": 1, "is_animated": False, "is_video": False,
    "type": "regular", "emoji": "🙂",
}  # fmt: skip


def record(rig: Rig, chat: int) -> list[Message]:
    conversation = rig.conversation(chat)
    assert conversation
    return list(rig.read(lambda session: list_messages(session, conversation.id)))


def test_mixed_updates_and_troubles_leave_record_and_chats_in_agreement(
    rig: Rig, api: TelegramApi, clock: HandClock
) -> None:
    chance = random.Random(20261124)
    for chat in CHATS:
        api.say(chat, "/start")
    api.fail("getUpdates", 502, "Bad Gateway")
    for number in range(ROUNDS):
        for chat in CHATS:
            if chance.random() < 0.25:
                misbehave(api, chance)
            act(api, chat, chance)
        if number == ROUNDS // 2:
            rig.stop()
            rig.start()
        clock.move(seconds=20)

    def settled() -> bool:
        clock.move(seconds=1)
        return not (api.pending or rig.unhandled() or rig.unanswered() or rig.waiting())

    api.wait_for(settled, 60)
    for chat in CHATS:
        told = record(rig, chat)
        assert [message.seq for message in told] == list(range(1, len(told) + 1))
        spoken = [message for message in told if message.author is not Author.VISITOR]
        shown = rig.shown(chat)
        assert {message.id for message in spoken} <= set(shown)
        assert len(shown) == len(set(shown))
