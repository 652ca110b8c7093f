"""A closed request is rated by the buttons below the message that says it is closed."""

from sqlalchemy import select

from handoff import requests
from handoff.coordinators import add_coordinator, list_coordinators
from handoff.effects import apply_effect
from handoff.messages import Author, Draft, Effect, MessageKind
from handoff.models.message import Feedback
from handoff.records import append_message, lock_conversation
from tests.bot.channels.telegram.rig import Rig
from tests.telegram_api import TelegramApi

ANNA = 7001
HANDOFF = Draft(MessageKind.HANDOFF, "Nododu koordinatoram.", "lv", effect=Effect("handoff", {"reason": "asked"}))


def close_request(rig: Rig) -> int:
    """Of a person who has just begun to talk."""
    conversation = rig.conversation(ANNA)
    assert conversation is not None
    with rig.helpdesk.database.transaction() as session:
        add_coordinator(session, email="ilze@example.org", name="Ilze", role="coordinator", with_token=False)
        (ilze,) = list_coordinators(session)
        row = lock_conversation(session, conversation.id)
        told, _ = apply_effect(session, row, HANDOFF)
        append_message(session, row, Author.BOT, told)
    number = rig.number(ANNA)
    assert number is not None
    with rig.helpdesk.database.transaction() as session:
        requests.reply(session, ilze, number, client_id="r", text="Jā, drīkstat.")
        requests.close(session, ilze, number, outcome="answered")
    return number


def read_rating(rig: Rig, number: int) -> tuple[int | None, str | None] | None:
    row = rig.read(lambda session: session.scalar(select(Feedback).where(Feedback.request_number == number)))
    return (row.score, row.reason) if row else None


def test_a_request_is_rated_explained_and_the_rating_withdrawn(rig: Rig, api: TelegramApi) -> None:
    api.say(ANNA, "/start")
    rig.await_texts(ANNA, 1)
    rig.settle()
    number = close_request(rig)
    rig.await_text(ANNA, "Kā Jūs vērtējat koordinatora darbu?")
    api.press(ANNA, "2 – slikti")
    rig.await_text(ANNA, "Jūsu vērtējums ir saņemts: 2 no 5")
    api.press(ANNA, "Ilgi bija jāgaida")
    rig.await_text(ANNA, "iemesls ir pierakstīts")
    assert read_rating(rig, number) == (2, "slow")
    api.press(ANNA, "Atsaukt vērtējumu")
    rig.await_text(ANNA, "vērtējums ir atsaukts")
    rig.settle()
    assert read_rating(rig, number) is None
    assert rig.unanswered() == 0
