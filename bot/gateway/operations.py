"""For whoever runs it: /health tells each part's state, /metrics counts."""

from __future__ import annotations

import json
from datetime import datetime
from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot import metrics
from bot.gateway.health import (
    DATABASE_SILENT,
    PatientLooks,
    RasaWatch,
    Report,
    judge,
    look_at_database,
    look_at_files,
    look_at_index,
    look_at_processes,
    look_at_record,
)
from bot.helpdesk import Helpdesk

__all__ = ["RasaWatch", "look_at_database", "look_at_index", "look_at_processes", "make_router"]


class Looks:
    """All parts at once, by whoever asks."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self._helpdesk = helpdesk
        self._rasa = RasaWatch()
        self._patient = PatientLooks()

    async def look(self, request: Request) -> dict[str, Report]:
        record = await self._patient.look(partial(look_at_record, self._helpdesk), DATABASE_SILENT)
        rasa = await self._rasa.look(getattr(request.app.state, "rasa", None))
        streams = {"state": "up", "open": len(request.app.state.streams)}
        return {**record, "rasa": rasa, "streams": streams, **look_at_files(self._helpdesk)}


def make_router(helpdesk: Helpdesk) -> APIRouter:
    router = APIRouter(tags=["operations"])
    looks = Looks(helpdesk)

    @router.get("/health", summary="Whether it can serve, and each part's state")
    async def health(request: Request) -> JSONResponse:
        """200 while it can serve: `ok`, or `degraded` when somebody should look; 503 when it is `down`."""
        parts = await looks.look(request)
        status = judge(parts, stopping=getattr(request.app.state, "stopping", False))
        body = {"status": status, "parts": parts, "now": helpdesk.clock()}
        told = json.loads(json.dumps(body, default=datetime.isoformat))
        return JSONResponse(told, 503 if status == "down" else 200, {"Cache-Control": "no-store"})

    @router.get("/metrics", summary="Counts and gauges for Prometheus", response_class=Response)
    async def count(request: Request) -> Response:
        metrics.measure(await looks.look(request))
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router
