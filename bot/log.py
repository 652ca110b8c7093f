"""Logging: one line an event, for people or as JSON; never a message text or a contact."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import datetime, timezone
from types import TracebackType
from typing import Literal

from handoff.tracing import request_id

__all__ = ["JsonFormatter", "TextFormatter", "request_id", "set_up_logging"]

MOST_PLACES = 60
QUIET = ("httpx", "httpx2", "httpcore", "telegram", "rasa_sdk", "apscheduler", "asyncio", "pdfminer")


def tell_places(trace: TracebackType | None) -> list[str]:
    """Where it failed, innermost last, and not on what: an error's own words may quote a person."""
    frames = traceback.extract_tb(trace)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def tell_failure(record: logging.LogRecord) -> list[str]:
    """The kinds of the error and of its causes, each with its places."""
    told: list[str] = []
    error = record.exc_info[1] if record.exc_info else None
    while error is not None and len(told) < MOST_PLACES:
        told += [type(error).__name__, *tell_places(error.__traceback__)]
        error = error.__cause__ or error.__context__
    return told[:MOST_PLACES]


class TextFormatter(logging.Formatter):
    """For people, with the request's id where there is one."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        line = f"{self.formatTime(record, self.datefmt)} {record.levelname} {record.name}: {record.getMessage()}"
        if request_id.get():
            line += f" [{request_id.get()}]"
        return "\n    ".join([line, *tell_failure(record)])


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message; request and failure where there are any."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id.get():
            line["request"] = request_id.get()
        if failure := tell_failure(record):
            line["failure"] = failure
        return json.dumps(line, ensure_ascii=False)


def set_up_logging(form: Literal["text", "json"]) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
