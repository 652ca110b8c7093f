"""A person at the other end: handing over, files, coming from the website, being forgotten, alerts."""

from pathlib import Path

import pytest

from handoff import links, requests
from handoff.conversations import find_conversation_at, get_conversation, open_conversation
from handoff.coordinators import add_coordinator, list_coordinators
from handoff.tokens import make_resume_code
from handoff.views import Actor
from tests.bot.channels.telegram.rig import Rig
from tests.telegram_api import TelegramApi

ANNA, ILZE = 7001, 9001


def begin(rig: Rig, api: TelegramApi, chat: int = ANNA) -> None:
    api.say(chat, "/start")
    rig.await_texts(chat, 1)


@pytest.fixture
def ilze(rig: Rig) -> Actor:
    rig.write(
        lambda s: add_coordinator(s, email="ilze@example.lv", name="Ilze", role="coordinator", with_token=False)
    )
    (one,) = rig.read(list_coordinators)
    return Actor(one.id, one.email, one.name, one.role)


def ask_person(rig: Rig, api: TelegramApi, chat: int = ANNA) -> int:
    begin(rig, api, chat)
    api.say(chat, "/cilveks")
    api.wait_for(lambda: rig.number(chat))
    number = rig.number(chat)
    assert number
    return number


def link(rig: Rig, api: TelegramApi, actor: Actor) -> None:
    code = rig.write(lambda session: links.make_link_code(session, actor.id))
    api.say(ILZE, f"/start c_{code}")
    rig.await_text(ILZE, "ilze@example.lv")


def owner(rig: Rig, chat: int = ANNA) -> str:
    conversation = rig.conversation(chat)
    return str(conversation.owner) if conversation else ""


def test_a_person_is_asked_for_by_command(rig: Rig, api: TelegramApi, ilze: Actor) -> None:
    number = ask_person(rig, api)
    rig.await_text(ANNA, str(number))
    assert owner(rig) == "queue"
    api.say(ANNA, "/kur")
    count = len(api.chat(ANNA).messages)
    rig.await_texts(ANNA, count + 1)


def test_a_coordinators_words_arrive_under_their_name(rig: Rig, api: TelegramApi, ilze: Actor) -> None:
    number = ask_person(rig, api)
    rig.write(lambda s: requests.reply(s, ilze, number, client_id="r1", text="Labdien! Kā varu **palīdzēt**?"))
    assert rig.await_text(ANNA, "Kā varu palīdzēt?").startswith("👤 Ilze, koordinators:")
    api.say(ANNA, "Meklējam naudu")
    api.wait_for(lambda: rig.record(ANNA)[-1].text == "Meklējam naudu")
    rig.settle()
    assert rig.record(ANNA)[-1].author == "visitor"
    assert owner(rig) == "coordinator"


def send_document(api: TelegramApi, name: str, body: bytes, chat: int = ANNA, caption: str | None = None) -> None:
    api.add_file("F1", body, f"documents/{name}")
    document = {"file_id": "F1", "file_unique_id": "F1", "file_name": name, "file_size": len(body)}
    content = {"document": document} | ({"caption": caption} if caption else {})
    api.deliver(api.update(message=api.message(chat, **content)))


def test_a_file_goes_to_the_coordinator(rig: Rig, api: TelegramApi, ilze: Actor) -> None:
    ask_person(rig, api)
    send_document(api, "tāme 2026.xlsx", b"PK\x03\x04", caption="Mūsu tāme")
    rig.await_text(ANNA, "nodots koordinatoram")
    message = next(one for one in rig.record(ANNA) if one.data.get("attachments"))
    (attachment,) = message.data["attachments"]
    assert (attachment["name"], attachment["size"]) == ("tāme 2026.xlsx", 4)
    assert message.text == "[Fails: tāme 2026.xlsx]\nMūsu tāme"
    (stored,) = [path for path in rig.uploads.rglob("*") if path.is_file()]
    assert stored.read_bytes() == b"PK\x03\x04"
    assert "tāme" not in str(stored)


def test_a_file_for_the_bot_gets_a_kind_word(rig: Rig, api: TelegramApi) -> None:
    begin(rig, api)
    send_document(api, "tāme.pdf", b"%PDF")
    rig.await_text(ANNA, "saprotu tikai tekstu")
    assert not Path(rig.uploads).exists()


@pytest.mark.parametrize(
    ("name", "size", "told"),
    [
        ("virus.exe", 10, "Šāda veida failu"),
        ("liels.pdf", 21 * 1024 * 1024, "pārāk liels"),
        (".pdf", 10, "Šāda veida"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_in_words(
    rig: Rig, api: TelegramApi, ilze: Actor, name: str, size: int, told: str
) -> None:
    ask_person(rig, api)
    send_document(api, name, b"x" * size)
    rig.await_text(ANNA, told)
    assert not any(message.data.get("attachments") for message in rig.record(ANNA))


def test_a_place_and_a_sticker_are_put_into_words(rig: Rig, api: TelegramApi, ilze: Actor) -> None:
    ask_person(rig, api)
    api.deliver(api.update(message=api.message(ANNA, location={"latitude": 57.3119, "longitude": 25.2749})))
    sticker = {
        "file_id": "S", "file_unique_id": "S", "width": 1, "height": 1, "is_animated": False, "is_video": False,
        "type": "regular", "emoji": "🙂",
    }  # fmt: skip
    api.deliver(api.update(message=api.message(ANNA, sticker=sticker)))
    api.wait_for(lambda: [m.text for m in rig.record(ANNA) if m.text.startswith("[")][-1:] == ["[Uzlīme 🙂]"])
    assert "[Atrašanās vieta: 57.31190, 25.27490]" in [message.text for message in rig.record(ANNA)]


def open_web(rig: Rig) -> tuple[str, str]:
    def work(session: object) -> tuple[str, str]:
        conversation, _ = open_conversation(
            session,
            channel="web",
            locale="en",
            consent="2026-11",
            page="/",
            greeting=[],  # type: ignore[arg-type]
        )
        return conversation.id, make_resume_code(session, conversation.id)  # type: ignore[arg-type]

    return tuple(rig.write(work))  # type: ignore[return-value]


def test_a_web_conversation_goes_on_in_telegram(rig: Rig, api: TelegramApi) -> None:
    conversation_id, code = open_web(rig)
    api.say(ANNA, f"/start r_{code}")
    rig.await_text(ANNA, "from the website goes on here")
    conversation = rig.conversation(ANNA)
    assert conversation
    assert conversation.id == conversation_id
    api.say(ANNA, "thanks")
    rig.await_texts(ANNA, 2)
    api.say(7002, f"/start r_{code}")
    rig.await_text(7002, "neder")
    assert rig.conversation(7002) is None


def test_an_open_request_here_is_not_left_behind(rig: Rig, api: TelegramApi, ilze: Actor) -> None:
    number = ask_person(rig, api)
    _, code = open_web(rig)
    api.say(ANNA, f"/start r_{code}")
    rig.await_text(ANNA, "jau ir atvērts pieteikums")
    assert rig.number(ANNA) == number


def test_erasing_forgets_all(rig: Rig, api: TelegramApi) -> None:
    begin(rig, api)
    api.say(ANNA, "Mani sauc Anna")
    rig.await_texts(ANNA, 2)
    conversation = rig.conversation(ANNA)
    assert conversation
    api.say(ANNA, "/dzest")
    rig.await_text(ANNA, "Vai dzēst šo sarunu?")
    api.press(ANNA, "Dzēst visu")
    rig.await_text(ANNA, "Saruna ir dzēsta")
    assert rig.read(lambda session: find_conversation_at(session, "telegram", str(ANNA))) is None
    with pytest.raises(Exception, match="no such conversation"):
        rig.read(lambda session: get_conversation(session, conversation.id))
    api.say(ANNA, "/start")
    api.wait_for(lambda: rig.conversation(ANNA))


def test_a_link_code_works_once(rig: Rig, api: TelegramApi, ilze: Actor) -> None:
    code = rig.write(lambda session: links.make_link_code(session, ilze.id))
    api.say(ILZE, f"/start c_{code}")
    rig.await_text(ILZE, "ilze@example.lv")
    api.say(7002, f"/start c_{code}")
    rig.await_text(7002, "Šis kods neder")


def test_a_coordinator_is_alerted_takes_and_answers_in_telegram(rig: Rig, api: TelegramApi, ilze: Actor) -> None:
    link(rig, api, ilze)
    number = ask_person(rig, api)
    alert = rig.await_text(ILZE, f"Nr. {number}")
    assert alert
    api.press(ILZE, "Paņemt")
    api.wait_for(lambda: owner(rig) == "coordinator")
    shown = next(m for m in api.chat(ILZE).messages if f"Nr. {number}" in m["text"])
    api.say(ILZE, "Labdien, te Ilze.", reply_to_message=shown)
    assert "Ilze" in rig.await_text(ANNA, "Labdien, te Ilze.")
    rig.await_text(ILZE, "Nosūtīts apmeklētājam")
    api.say(ANNA, "Paldies, ka atbildat!")
    rig.await_text(ILZE, "Paldies, ka atbildat!")


def test_an_alert_quotes_words_and_no_commands(rig: Rig, api: TelegramApi, ilze: Actor) -> None:
    link(rig, api, ilze)
    begin(rig, api)
    api.say(ANNA, "Meklējam naudu senioriem")
    rig.await_texts(ANNA, 2)
    number = ask_person(rig, api)
    alert = rig.await_text(ILZE, f"Nr. {number}")
    assert "💬 Meklējam naudu senioriem" in alert
    assert "/cilveks" not in alert


def test_an_alert_tells_telegram_no_contacts_of_the_visitor(rig: Rig, api: TelegramApi, ilze: Actor) -> None:
    link(rig, api, ilze)
    begin(rig, api)
    api.say(ANNA, "Rakstiet anna.berzina@inbox.lv vai zvaniet 29 123 456, kods 120380-12345")
    rig.await_texts(ANNA, 2)
    number = ask_person(rig, api)
    alert = rig.await_text(ILZE, f"Nr. {number}")
    assert "💬 Rakstiet •••@••• vai zvaniet ••• •• •••, kods ••••••-•••••" in alert


def test_commands_are_answered_while_a_person_speaks(rig: Rig, api: TelegramApi, ilze: Actor) -> None:
    number = ask_person(rig, api)
    rig.write(lambda session: requests.reply(session, ilze, number, client_id="r1", text="Labdien!"))
    rig.await_text(ANNA, "Labdien!")
    api.say(ANNA, "/kur")
    assert f"Nr. {number}" in rig.await_text(ANNA, "ir pieņemts, koordinators: Ilze")
    api.say(ANNA, "/konkursi")
    rig.await_text(ANNA, "sarunājas koordinators (Ilze)")
    assert not any(message.text in ("/kur", "/konkursi") for message in rig.record(ANNA))


def test_the_second_to_take_is_told_who_has_it(rig: Rig, api: TelegramApi, ilze: Actor) -> None:
    link(rig, api, ilze)
    rig.write(
        lambda s: add_coordinator(s, email="jana@example.lv", name="Jana", role="coordinator", with_token=False)
    )
    jana = next(one for one in rig.read(list_coordinators) if one.name == "Jana")
    number = ask_person(rig, api)
    rig.await_text(ILZE, f"Nr. {number}")
    rig.write(lambda session: requests.claim(session, jana, number))
    api.press(ILZE, "Paņemt")
    api.wait_for(lambda: api.answered)
    assert "Jana" in api.answered[-1]["text"]


def test_a_stranger_cannot_answer_as_a_coordinator(rig: Rig, api: TelegramApi, ilze: Actor) -> None:
    link(rig, api, ilze)
    number = ask_person(rig, api)
    rig.await_text(ILZE, f"Nr. {number}")
    shown = next(m for m in api.chat(ILZE).messages if f"Nr. {number}" in m["text"])
    begin(rig, api, 7002)
    api.say(7002, "es esmu Ilze", reply_to_message=shown)
    api.wait_for(lambda: any(message.text == "es esmu Ilze" for message in rig.record(7002)))
    assert not any("es esmu Ilze" in text for text in api.chat(ANNA).texts)
    api.press_data(7002, shown, f"~staff:claim:{number}")
    api.wait_for(lambda: api.answered)
    assert owner(rig) == "queue"
