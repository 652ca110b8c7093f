"""Logging: one line an event, for people or as JSON; never a message text or a contact."""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from datetime import datetime, timezone
from typing import Literal

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Follows one request from the browser to Rasa and its actions."""

QUIET = ("httpx", "httpx2", "httpcore", "telegram", "rasa_sdk", "apscheduler", "asyncio", "pdfminer")


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id.get():
            line["request"] = request_id.get()
        return json.dumps(line, ensure_ascii=False)


def set_up_logging(form: Literal["text", "json"]) -> None:
    handler = logging.StreamHandler()
    text = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s", "%H:%M:%S")
    handler.setFormatter(JsonFormatter() if form == "json" else text)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
