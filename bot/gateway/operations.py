"""For whoever runs it: /health tells each part's state, /metrics counts."""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from starlette.concurrency import run_in_threadpool

from bot import metrics
from bot.helpdesk import Helpdesk
from bot.rasa import Rasa
from handoff.waiting import measure_queue

ASKS_RASA_EVERY = 5.0
Report = dict[str, Any]


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


def look_at_database(helpdesk: Helpdesk) -> tuple[Report, Report]:
    """The database and, in it, the queue."""
    began = time.perf_counter()
    try:
        with helpdesk.database.reading() as session:
            session.execute(text("SELECT 1"))
            queue = measure_queue(session, helpdesk.clock())
    except Exception as error:
        return {"state": "down", "error": type(error).__name__}, {"state": "unknown"}
    took = round((time.perf_counter() - began) * 1000, 1)
    return {"state": "up", "ms": took}, {"state": "up", **queue}


def look_at_index(helpdesk: Helpdesk) -> Report:
    knowledge = helpdesk.knowledge
    return {
        "state": "up" if knowledge.catalogue.passages else "empty",
        "documents": len(knowledge.catalogue.documents),
        "passages": len(knowledge.catalogue.passages),
        "encoder": helpdesk.encoder.name,
        "problems": len(knowledge.catalogue.problems),
    }


def look_at_processes(helpdesk: Helpdesk) -> Report:
    """What the supervisor last wrote; nothing where another supervisor (systemd) does its work."""
    try:
        told: Report = json.loads((helpdesk.settings.data / "parts.json").read_text())
    except (OSError, ValueError):
        return {}
    return told


def make_router(helpdesk: Helpdesk) -> APIRouter:
    router = APIRouter(tags=["operations"])
    watch = RasaWatch()

    @router.get("/health", summary="Whether it can serve, and each part's state")
    async def health(request: Request) -> JSONResponse:
        database, queue = await run_in_threadpool(look_at_database, helpdesk)
        rasa = await watch.look(getattr(request.app.state, "rasa", None))
        able = database["state"] == "up" and not getattr(request.app.state, "stopping", False)
        whole = able and rasa["state"] != "down"
        parts = {
            "database": database,
            "index": look_at_index(helpdesk),
            "rasa": rasa,
            "queue": queue,
            "processes": look_at_processes(helpdesk),
        }
        body = {
            "status": "ok" if whole else "degraded" if able else "down",
            "parts": parts,
            "now": helpdesk.clock(),
        }
        return JSONResponse(json.loads(json.dumps(body, default=datetime.isoformat)), 200 if able else 503)

    @router.get("/metrics", summary="Counts and gauges for Prometheus", response_class=Response)
    def count() -> Response:
        _, queue = look_at_database(helpdesk)
        for state, number in queue.get("states", {}).items():
            metrics.requests_open.labels(state).set(number)
        metrics.oldest_wait_seconds.set(queue.get("oldest_wait_seconds") or 0)
        metrics.passages.set(len(helpdesk.knowledge.catalogue.passages))
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router
