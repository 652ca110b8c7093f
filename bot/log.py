"""Logging: one line an event, for people or as JSON; never a message text or a contact.

Other people's libraries log what they were given, sooner or later: they are heard from warnings on, by their first
line, and an error is told by its kind and its places, never by its own words.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import datetime, timezone
from types import TracebackType
from typing import Literal

from handoff.tracing import request_id

__all__ = ["JsonFormatter", "TextFormatter", "make_handler", "request_id", "set_levels", "set_up_logging"]

OURS = ("bot", "handoff", "knowledge", "retrieval")
HEARD = ("uvicorn.error",)
"""Tells of starts and stops."""
LONGEST_FOREIGN = 300
MOST_PLACES = 60


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


def tell_message(record: logging.LogRecord) -> str:
    """On one line, whatever it holds. Of others the first: asyncio's second repeats the error."""
    message = record.getMessage()
    if record.name.split(".")[0] not in OURS:
        message = message.strip().partition("\n")[0][:LONGEST_FOREIGN]
    return "".join(letter if letter.isprintable() else " " for letter in message)


class TextFormatter(logging.Formatter):
    """For people, with the request's id where there is one."""

    def __init__(self) -> None:
        super().__init__("%(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        line = f"{self.formatTime(record, self.datefmt)} {record.levelname} {record.name}: {tell_message(record)}"
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
            "message": tell_message(record),
        }
        if request_id.get():
            line["request"] = request_id.get()
        if failure := tell_failure(record):
            line["failure"] = failure
        return json.dumps(line, ensure_ascii=False)


def make_handler(form: Literal["text", "json"]) -> logging.StreamHandler:  # type: ignore[type-arg]
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    return handler


def set_levels(level: int) -> None:
    """Of our own loggers; the others tell warnings and errors."""
    logging.getLogger().setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    for name in HEARD:
        logging.getLogger(name).setLevel(logging.INFO)


def set_up_logging(form: Literal["text", "json"]) -> None:
    logging.basicConfig(handlers=[make_handler(form)], force=True)
    set_levels(logging.INFO)
