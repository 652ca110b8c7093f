"""Subscribing in three presses, being told in time, and getting out in one tap."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from bot.channels.announcer import Announcer
from bot.helpdesk import Knowledge
from handoff.subscriptions import SubscriptionView, find_subscriber, list_subscriptions
from knowledge.call import FundingCall
from tests.bot.channels.telegram.rig import HandClock, Rig
from tests.telegram_api import TelegramApi

ANNA = 7001


def begin(rig: Rig, api: TelegramApi, chat: int = ANNA) -> None:
    api.say(chat, "/start")
    rig.await_texts(chat, 1)


def held(rig: Rig, chat: int = ANNA) -> list[SubscriptionView]:
    return list(rig.read(lambda session: list_subscriptions(session, "telegram", str(chat))))


def subscribe(rig: Rig, api: TelegramApi, chat: int = ANNA, theme: str = "Novecošana") -> None:
    begin(rig, api, chat)
    api.say(chat, "/abonet")
    rig.await_text(chat, "Par kādu tēmu")
    api.press(chat, theme)
    rig.await_text(chat, "projekta iesniedzējs")
    api.press(chat, "Jebkurš")
    rig.await_text(chat, "Kur projekts")
    api.press(chat, "Visa Latvija")
    rig.await_text(chat, "Abonements izveidots")


def change_calls(rig: Rig, *calls: FundingCall) -> None:
    """As if the materials had been read again."""
    knowledge = rig.helpdesk.knowledge
    catalogue = replace(knowledge.catalogue, calls=tuple(calls))
    rig.helpdesk.knowledge = Knowledge(catalogue, knowledge.retriever)


def tell(rig: Rig) -> None:
    """One round, as the worker makes it each day."""
    announcer = Announcer(rig.helpdesk)
    announcer.observe()
    while announcer.tell_some():
        pass


def calls_of(rig: Rig) -> list[FundingCall]:
    return list(rig.helpdesk.knowledge.catalogue.calls)


def new_call(rig: Rig, days: int = 60, **facts: object) -> FundingCall:
    first = calls_of(rig)[0]
    told: dict[str, object] = {
        "id": "jauns-konkurss",
        "title": "Jaunais konkurss senioriem",
        "deadlines": (rig.helpdesk.clock() + timedelta(days=days),),
        "themes": ("ageing",),
    }
    return replace(first, **{**told, **facts})  # type: ignore[arg-type]


def test_three_presses_change_one_message(rig: Rig, api: TelegramApi) -> None:
    subscribe(rig, api)
    assert len(api.chat(ANNA).messages) == 2
    (one,) = held(rig)
    assert (one.wish.theme, one.wish.applicant, one.wish.region) == ("ageing", None, None)


def test_the_same_wish_twice_is_held_once(rig: Rig, api: TelegramApi) -> None:
    subscribe(rig, api)
    api.say(ANNA, "/abonet")
    rig.await_texts(ANNA, 3)
    for title, answer in (("Novecošana", "iesniedzējs"), ("Jebkurš", "Kur projekts"), ("Visa Latvija", "jau ir")):
        api.press(ANNA, title)
        api.wait_for(lambda answer=answer: answer in api.chat(ANNA).texts[-1])
    assert len(held(rig)) == 1


def test_a_subscription_is_ended_by_its_button(rig: Rig, api: TelegramApi) -> None:
    subscribe(rig, api)
    api.say(ANNA, "/abonementi")
    rig.await_text(ANNA, "Jūsu abonementi")
    api.press(ANNA, "Atteikties: ")
    rig.await_text(ANNA, "Abonements izbeigts")
    assert held(rig) == []


def test_days_and_digest_are_chosen_by_buttons(rig: Rig, api: TelegramApi) -> None:
    subscribe(rig, api)
    api.press(ANNA, "Iestatījumi")
    rig.await_text(ANNA, "Izvēlieties, kad atgādināt")
    api.press(ANNA, "✅ 30 d.")
    api.wait_for(lambda: any("⬜ 30" in button["text"] for button in api.chat(ANNA).buttons))
    api.press(ANNA, "reizi nedēļā")
    api.wait_for(lambda: any("✅ Apkopojums" in button["text"] for button in api.chat(ANNA).buttons))
    subscriber = rig.read(lambda session: find_subscriber(session, "telegram", str(ANNA)))
    assert subscriber
    assert (subscriber.days, subscriber.weekly) == ((7, 1), True)


def test_a_new_call_is_told_once_to_who_wants_it(rig: Rig, api: TelegramApi, clock: HandClock) -> None:
    tell(rig)
    subscribe(rig, api)
    subscribe(rig, api, 7002, "Jaunatne")
    clock.move(days=1)
    change_calls(rig, *calls_of(rig), new_call(rig))
    tell(rig)
    told = rig.await_text(ANNA, "Jaunais konkurss senioriem")
    assert "Jauns konkurss" in told
    for _ in range(3):
        clock.move(days=1)
        tell(rig)
    api.wait_for(lambda: not rig.waiting())
    assert sum("Jaunais konkurss senioriem" in text for text in api.chat(ANNA).texts) == 1
    assert not any("Jaunais konkurss senioriem" in text for text in api.chat(7002).texts)


def test_a_moved_deadline_tells_the_day_before(rig: Rig, api: TelegramApi, clock: HandClock) -> None:
    change_calls(rig, new_call(rig))
    tell(rig)
    subscribe(rig, api)
    clock.move(days=1)
    change_calls(rig, new_call(rig, days=80))
    tell(rig)
    told = rig.await_text(ANNA, "Mainīts iesniegšanas termiņš")
    assert "iepriekš bija 2027. gada 23. janvāris" in told


def test_reminders_come_thirty_seven_and_one_days_before(rig: Rig, api: TelegramApi, clock: HandClock) -> None:
    one = new_call(rig, days=40)
    change_calls(rig, one)
    tell(rig)
    subscribe(rig, api)
    told_on = []
    for day in range(1, 42):
        clock.move(days=1)
        before = len(rig.record(ANNA))
        tell(rig)
        if len(rig.record(ANNA)) > before:
            told_on.append(40 - day)
    assert told_on == [30, 7, 1]
    api.wait_for(lambda: sum("Atgādinājums" in text for text in api.chat(ANNA).texts) == 3)


def test_one_call_can_be_watched_from_its_own_page(rig: Rig, api: TelegramApi) -> None:
    api.say(ANNA, "/start call_konkurss-3")
    rig.await_text(ANNA, "Konkurss Nr. 3")
    api.press(ANNA, "Atgādināt")
    api.wait_for(lambda: held(rig))
    assert held(rig)[0].wish.call_id == "konkurss-3"


@pytest.fixture
def noticed(rig: Rig, api: TelegramApi, clock: HandClock) -> Rig:
    """Anna was told of a new call."""
    tell(rig)
    subscribe(rig, api)
    clock.move(days=1)
    change_calls(rig, *calls_of(rig), new_call(rig))
    tell(rig)
    rig.await_text(ANNA, "Jaunais konkurss senioriem")
    return rig


def test_one_tap_ends_all_news(noticed: Rig, api: TelegramApi) -> None:
    api.press(ANNA, "Vairs nesūtīt")
    api.wait_for(lambda: held(noticed) == [])
    api.wait_for(lambda: "Visi abonementi ir izbeigti" in api.answered[-1].get("text", ""))


def test_the_call_in_a_notice_opens_by_its_button(noticed: Rig, api: TelegramApi) -> None:
    messages = len(api.chat(ANNA).messages)
    api.press(ANNA, "Jaunais konkurss senioriem")
    noticed.await_texts(ANNA, messages + 1)
    assert "Jaunais konkurss senioriem" in api.chat(ANNA).texts[-1]


def test_who_blocked_the_bot_is_told_nothing_more(noticed: Rig, api: TelegramApi, clock: HandClock) -> None:
    api.block(ANNA)
    api.wait_for(lambda: held(noticed) == [])
    seq = len(noticed.record(ANNA))
    change_calls(noticed, *calls_of(noticed), new_call(noticed, id="vel-viens", title="Vēl viens"))
    clock.move(days=1)
    tell(noticed)
    assert len(noticed.record(ANNA)) == seq


def test_the_weekly_digest_waits_for_monday(rig: Rig, api: TelegramApi, clock: HandClock) -> None:
    tell(rig)
    subscribe(rig, api)
    api.press(ANNA, "Iestatījumi")
    rig.await_text(ANNA, "Izvēlieties, kad atgādināt")
    api.press(ANNA, "reizi nedēļā")
    api.wait_for(lambda: any("✅ Apkopojums" in button["text"] for button in api.chat(ANNA).buttons))
    change_calls(rig, *calls_of(rig), new_call(rig))
    seen = len(rig.record(ANNA))
    for _ in range(5):
        clock.move(days=1)
        tell(rig)
        assert clock.at.weekday() != 0
    assert len(rig.record(ANNA)) == seen
    clock.move(days=1)
    tell(rig)
    assert "Nedēļas jaunumi" in rig.await_text(ANNA, "Jaunais konkurss senioriem")


def test_nobody_is_told_at_night(rig: Rig, clock: HandClock) -> None:
    hours = []
    for hour in range(24):
        clock.at = datetime(2026, 11, 24, hour, 30, tzinfo=timezone.utc)
        if Announcer(rig.helpdesk).is_time():
            hours.append((hour + 2) % 24)
    assert hours == list(range(9, 21))
