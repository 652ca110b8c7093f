"""Each part of the helpdesk as it is now, for /health, /metrics and the administrators' page."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timezone
from typing import Any, TypeVar

from anyio import CapacityLimiter, move_on_after, to_thread
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.helpdesk import Helpdesk
from bot.launcher import rasa as trained
from bot.rasa import Rasa
from handoff.channel_state import measure_channel
from handoff.failures import find_cause
from handoff.turns import count_waiting, find_oldest_waiting
from handoff.upkeep import measure_outbox
from handoff.waiting import measure_queue
from retrieval.building import current_folder

ASKS_RASA_EVERY = 5.0
LOOKS_WITHIN = 4.0
"""Seconds after which a database that has not answered counts as down: who watches us must have an answer."""
LEAST_FREE = 200_000_000
"""Bytes free below which the disk counts as nearly full."""
Report = dict[str, Any]
T = TypeVar("T")


class RasaWatch:
    """Rasa's state, asked for at most every few seconds however often /health is called."""

    def __init__(self) -> None:
        self._known: tuple[float, bool] = (-ASKS_RASA_EVERY, False)

    async def look(self, rasa: Rasa | None) -> Report:
        if rasa is None:
            return {"state": "off"}
        seen_at, up = self._known
        if time.monotonic() - seen_at >= ASKS_RASA_EVERY:
            up = await rasa.is_up()
            self._known = (time.monotonic(), up)
        return {"state": "up" if up else "down"}


class PatientLooks:
    """Runs a look in threads of its own: those of the requests may all be waiting for what is looked at."""

    def __init__(self) -> None:
        self._limiter = CapacityLimiter(3)

    async def look(self, look: Callable[[], T], otherwise: T) -> T:
        with move_on_after(LOOKS_WITHIN):
            return await to_thread.run_sync(look, limiter=self._limiter, abandon_on_cancel=True)
        return otherwise


DATABASE_SILENT: dict[str, Report] = {
    "database": {"state": "down", "error": "no answer"},
    **{name: {"state": "unknown"} for name in ("queue", "turns", "outbox", "telegram", "mail")},
}


def look_at_record(helpdesk: Helpdesk) -> dict[str, Report]:
    """The database and what it holds: requests for people, turns for the bot, what is to leave the building."""
    began = time.perf_counter()
    try:
        with helpdesk.database.reading() as session:
            session.execute(text("SELECT 1"))
            told = read_record(session, helpdesk)
    except Exception as error:
        cause = find_cause(error)
        name = cause.value if cause else type(error).__name__
        return {**DATABASE_SILENT, "database": {"state": "down", "error": name}}
    took = round((time.perf_counter() - began) * 1000, 1)
    return {"database": {"state": "up", "ms": took}, **told}


def read_record(session: Session, helpdesk: Helpdesk) -> dict[str, Report]:
    moment = helpdesk.clock()
    waiting, oldest, outbox = count_waiting(session), find_oldest_waiting(session), measure_outbox(session)
    told: dict[str, Report] = {
        "queue": {"state": "up", **measure_queue(session, moment)},
        "turns": {
            "state": "up",
            "waiting": waiting,
            "oldest_wait_seconds": max((moment - oldest).total_seconds(), 0.0) if oldest else None,
            "expected_seconds": round(helpdesk.backlog.expect(waiting), 1),
        },
        "outbox": {"state": "up", "waiting": outbox.waiting, "late": outbox.late, "failed": outbox.failed},
        "telegram": look_at_telegram(session, helpdesk),
        "mail": look_at_mail(session, helpdesk),
    }
    return told


def look_at_telegram(session: Session, helpdesk: Helpdesk) -> Report:
    """`connecting` until Telegram has said who the bot is; it is asked again and again."""
    if helpdesk.settings.telegram_token is None:
        return {"state": "off"}
    state = "up" if helpdesk.telegram_name else "connecting"
    return {
        "state": state,
        "mode": helpdesk.settings.telegram_mode,
        **asdict(measure_channel(session, "telegram")),
    }


def look_at_mail(session: Session, helpdesk: Helpdesk) -> Report:
    """Nothing comes in by mail, so only what goes out is told."""
    if helpdesk.settings.mail is None:
        return {"state": "off"}
    told = measure_channel(session, "email")
    return {"state": "up", "waiting": told.waiting, "late": told.late, "failures": told.failures}


def look_at_database(helpdesk: Helpdesk) -> tuple[Report, Report]:
    """The database and, in it, the queue."""
    told = look_at_record(helpdesk)
    return told["database"], told["queue"]


def look_at_index(helpdesk: Helpdesk) -> Report:
    knowledge = helpdesk.knowledge
    built = current_folder(helpdesk.settings.data / "index")
    made = written_at(built / "manifest.json") if built else None
    return {
        "state": "up" if knowledge.catalogue.passages else "empty",
        "documents": len(knowledge.catalogue.documents),
        "passages": len(knowledge.catalogue.passages),
        "encoder": helpdesk.encoder.name,
        "problems": len(knowledge.catalogue.problems),
        "built_at": made,
        "age_seconds": max((helpdesk.clock() - made).total_seconds(), 0.0) if made else None,
    }


def look_at_model(helpdesk: Helpdesk) -> Report:
    """The Rasa model in place; whether it is of the training data that is there, `helpdesk doctor` finds out."""
    if helpdesk.settings.rasa_url is None or not trained.BINARY.exists():
        return {"state": "off"}
    made = written_at(trained.model_path(helpdesk.settings.data))
    return {"state": "up" if made else "missing", "trained_at": made}


def look_at_disk(helpdesk: Helpdesk) -> Report:
    free = shutil.disk_usage(helpdesk.settings.data).free
    return {"state": "up" if free >= LEAST_FREE else "nearly_full", "free_bytes": free}


def look_at_processes(helpdesk: Helpdesk) -> Report:
    """What the supervisor last wrote; nothing where another supervisor (systemd) does its work."""
    try:
        told: Report = json.loads((helpdesk.settings.data / "parts.json").read_text())
    except (OSError, ValueError):
        return {}
    return told


def look_at_files(helpdesk: Helpdesk) -> dict[str, Report]:
    return {
        "index": look_at_index(helpdesk),
        "model": look_at_model(helpdesk),
        "disk": look_at_disk(helpdesk),
        "processes": look_at_processes(helpdesk),
    }


def written_at(path: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
    except OSError:
        return None


def judge(parts: dict[str, Report], *, stopping: bool) -> str:
    """ok; degraded: it serves, and somebody should look; down: it cannot serve."""
    if stopping or parts["database"]["state"] != "up":
        return "down"
    dying = any(part.get("state") != "running" for part in parts["processes"].values())
    wrong = (
        parts["rasa"]["state"] == "down"
        or parts["disk"]["state"] != "up"
        or parts["index"]["state"] != "up"
        or dying
    )
    return "degraded" if wrong else "ok"
