"""Whatever Telegram answers, each message arrives once and in order, or the coordinator sees why not."""

from sqlalchemy import select

from bot.channels.port import DeliveryFailed
from handoff.conversations import post_system_message
from handoff.messages import Draft, MessageKind
from handoff.models.outbox import Outgoing
from handoff.outbox import delivery_states
from tests.bot.channels.telegram.rig import HandClock, Rig
from tests.telegram_api import TelegramApi

ANNA, BERTA = 7001, 7002


def begin(rig: Rig, api: TelegramApi, chat: int = ANNA) -> str:
    api.say(chat, "/start")
    rig.await_texts(chat, 1)
    conversation = rig.conversation(chat)
    assert conversation
    return conversation.id


def post(rig: Rig, conversation_id: str, text: str) -> str:
    draft = Draft(MessageKind.STATUS, text, "lv")
    return str(rig.write(lambda session: post_system_message(session, conversation_id, draft)).id)


def state(rig: Rig, message_id: str) -> tuple[str, str | None]:
    told = rig.read(lambda session: delivery_states(session, [message_id]))[message_id]
    return told["state"], told["reason"]


def await_state(rig: Rig, api: TelegramApi, message_id: str, wanted: str) -> str | None:
    api.wait_for(lambda: state(rig, message_id)[0] == wanted)
    return state(rig, message_id)[1]


def test_messages_arrive_in_order(rig: Rig, api: TelegramApi) -> None:
    conversation = begin(rig, api)
    for number in range(30):
        post(rig, conversation, f"ziņa {number}")
    rig.await_texts(ANNA, 31)
    assert api.chat(ANNA).texts[1:] == [f"ziņa {number}" for number in range(30)]


def test_a_long_message_arrives_in_parts(rig: Rig, api: TelegramApi) -> None:
    conversation = begin(rig, api)
    post(rig, conversation, "\n\n".join(f"{number}. rindkopa. " + "Teksts. " * 100 for number in range(12)))
    rig.await_text(ANNA, "11. rindkopa")
    parts = api.chat(ANNA).texts[1:]
    assert len(parts) == 3
    assert "".join(parts).count("rindkopa") == 12


def test_parts_already_there_are_not_sent_again(rig: Rig, api: TelegramApi, clock: HandClock) -> None:
    conversation = begin(rig, api)
    api.fail_after("sendMessage", 1, 500, "Internal Server Error")
    message = post(rig, conversation, "\n\n".join(f"{n}. rindkopa. " + "Teksts. " * 100 for n in range(12)))
    rig.await_texts(ANNA, 2)
    api.wait_for(lambda: state(rig, message) == ("waiting", "network"))
    clock.move(seconds=10)
    await_state(rig, api, message, "sent")
    parts = api.chat(ANNA).texts[1:]
    assert len(parts) == len(set(parts)) == 3


def test_a_flood_is_waited_out(rig: Rig, api: TelegramApi, clock: HandClock) -> None:
    conversation = begin(rig, api)
    api.fail("sendMessage", 429, "Too Many Requests: retry after 1", retry_after=1)
    first = post(rig, conversation, "pirmā")
    second = post(rig, conversation, "otrā")
    api.wait_for(lambda: state(rig, first) == ("waiting", "flood"))
    assert api.chat(ANNA).texts[1:] == []
    clock.move(seconds=2)
    await_state(rig, api, second, "sent")
    assert api.chat(ANNA).texts[1:] == ["pirmā", "otrā"]


def test_a_blocked_chat_ends_delivery_and_says_so(rig: Rig, api: TelegramApi) -> None:
    conversation = begin(rig, api)
    api.chat(ANNA).blocked = True
    first, second = post(rig, conversation, "pirmā"), post(rig, conversation, "otrā")
    assert await_state(rig, api, first, "failed") == "blocked"
    assert await_state(rig, api, second, "failed") == "blocked"


def test_blocking_is_heard_of_and_letting_in_again_too(rig: Rig, api: TelegramApi) -> None:
    conversation = begin(rig, api)
    api.block(ANNA)
    api.wait_for(lambda: rig.closed_reason(ANNA) == "blocked")
    api.block(ANNA, blocked=False)
    api.wait_for(lambda: rig.closed_reason(ANNA) is None)
    message = post(rig, conversation, "atkal")
    await_state(rig, api, message, "sent")


def test_html_that_telegram_refuses_arrives_plain(rig: Rig, api: TelegramApi) -> None:
    conversation = begin(rig, api)
    api.fail("sendMessage", 400, 'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 0')
    message = post(rig, conversation, "**svarīgi** & <b>")
    await_state(rig, api, message, "sent")
    assert api.chat(ANNA).texts[1:] == ["svarīgi & <b>"]
    assert "entities" not in api.chat(ANNA).messages[-1]


def test_a_chat_that_moved_gets_its_messages(rig: Rig, api: TelegramApi, clock: HandClock) -> None:
    conversation = begin(rig, api)
    api.chat(-1007001, type="supergroup")
    api.chat(ANNA).migrated_to = -1007001
    message = post(rig, conversation, "te")
    api.wait_for(lambda: rig.conversation(-1007001))
    clock.move(seconds=5)
    await_state(rig, api, message, "sent")
    assert api.chat(-1007001).texts == ["te"]


def test_one_chat_in_trouble_holds_up_nobody_else(rig: Rig, api: TelegramApi) -> None:
    anna, berta = begin(rig, api), begin(rig, api, BERTA)
    for _ in range(3):
        api.fail("sendMessage", 500, "Internal Server Error", chat_id=ANNA)
    stuck = post(rig, anna, "Annai")
    message = post(rig, berta, "Bertai")
    await_state(rig, api, message, "sent")
    assert state(rig, stuck)[0] == "waiting"


def test_what_waits_is_sent_after_a_restart(rig: Rig, api: TelegramApi) -> None:
    conversation = begin(rig, api)
    rig.stop()
    message = post(rig, conversation, "pēc pārtraukuma")
    api.say(ANNA, "/valoda")
    rig.start()
    await_state(rig, api, message, "sent")
    rig.await_text(ANNA, "Kurā valodā")


def test_a_button_still_works_after_a_restart(rig: Rig, api: TelegramApi) -> None:
    begin(rig, api)
    api.say(ANNA, "/konkursi")
    rig.await_text(ANNA, "Konkurss Nr. 1")
    rig.stop()
    rig.start()
    api.press(ANNA, "Konkurss Nr. 2")
    rig.await_text(ANNA, "Atbalsts biedrībām")


def test_nothing_of_what_was_said_stays_in_handled_updates(rig: Rig, api: TelegramApi) -> None:
    begin(rig, api)
    api.say(ANNA, "paldies")
    rig.await_texts(ANNA, 2)
    api.wait_for(lambda: rig.unhandled() == 0)
    assert rig.read(lambda session: session.scalars(select(Outgoing.payload)).all()) == [{}, {}]


def test_a_failure_says_whether_to_try_again() -> None:
    failure = DeliveryFailed("flood", permanent=False, retry_after=3)
    assert (failure.reason, failure.permanent, failure.retry_after) == ("flood", False, 3)
