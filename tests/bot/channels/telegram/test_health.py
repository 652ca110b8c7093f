"""What /health and /metrics tell of Telegram: whether it answers, what came last, what waits, what failed."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client import generate_latest
from sqlalchemy import update

from bot import metrics
from bot.gateway.health import look_at_mail, look_at_record, look_at_telegram
from bot.helpdesk import Helpdesk
from handoff.channel_state import measure_channel
from handoff.models.channel import ChannelUpdate
from handoff.models.outbox import Outgoing
from tests.bot.channels.telegram.rig import HandClock, Rig
from tests.telegram_api import USERNAME, TelegramApi

ANNA, BERTA = 7001, 7002


def be_blocked(rig: Rig, api: TelegramApi) -> None:
    """Berta blocks the bot; what it says to her then fails."""
    api.say(BERTA, "/start")
    rig.await_texts(BERTA, 1)
    api.chat(BERTA).blocked = True
    api.say(BERTA, "/valoda")
    api.wait_for(lambda: rig.closed_reason(BERTA) == "blocked")
    rig.settle()


def test_it_is_connecting_until_telegram_has_answered(helpdesk: Helpdesk, api: TelegramApi) -> None:
    with helpdesk.database.reading() as session:
        assert look_at_telegram(session, helpdesk)["state"] == "connecting"
        assert look_at_mail(session, helpdesk) == {"state": "off"}
    with Rig(helpdesk, api) as rig:
        api.wait_for(lambda: helpdesk.telegram_name == USERNAME)
        assert rig.read(lambda session: look_at_telegram(session, helpdesk))["state"] == "up"


def test_what_came_what_waits_and_what_failed_are_told(rig: Rig, api: TelegramApi, clock: HandClock) -> None:
    api.say(ANNA, "/start")
    rig.await_texts(ANNA, 1)
    be_blocked(rig, api)
    told = rig.read(lambda session: measure_channel(session, "telegram"))
    assert told.last_update == clock.at
    assert (told.updates_waiting, told.updates_failed, told.waiting, told.late) == (0, 0, 0, 0)
    assert sum(told.failures.values()) >= 1
    assert set(told.failures) == {"blocked"}
    rig.stop()
    later = clock.at + timedelta(minutes=11)
    rig.write(
        lambda session: session.execute(
            update(Outgoing).where(Outgoing.address == str(ANNA)).values(state="waiting")
        )
    )
    rig.write(lambda session: session.execute(update(ChannelUpdate).values(state="failed")))
    clock.at = later
    told = rig.read(lambda session: measure_channel(session, "telegram"))
    assert (told.updates_failed, told.waiting, told.late) == (3, 1, 1)
    parts = look_at_record(rig.helpdesk)
    assert parts["telegram"]["failures"] == told.failures
    metrics._measure_channel("telegram", parts["telegram"])
    metrics._measure_telegram(parts["telegram"])
    text = generate_latest(metrics.registry).decode()
    assert 'helpdesk_channel_late{channel="telegram"} 1.0' in text
    assert 'helpdesk_telegram_updates{state="failed"} 3.0' in text
    rig.start()


def test_failures_of_yesterday_are_not_told(rig: Rig, api: TelegramApi, clock: HandClock) -> None:
    be_blocked(rig, api)
    clock.move(days=2)
    assert rig.read(lambda session: measure_channel(session, "telegram")).failures == {}
