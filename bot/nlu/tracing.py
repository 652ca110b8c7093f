"""One line a message in Rasa's log, with the id of the request it came with; never a word of the message."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import datetime, timezone

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class JsonLine(logging.Formatter):
    """As Rasa writes its own lines where no person watches, and the helpdesk with HELPDESK_LOG_FORMAT=json."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")
        line = {
            "time": at,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        return json.dumps({**line, **getattr(record, "facts", {})}, ensure_ascii=False)


def make_log() -> logging.Logger:
    """Apart from Rasa's own loggers, which only tell warnings."""
    log = logging.getLogger("helpdesk.rasa")
    if not log.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(JsonLine())
        log.addHandler(handler)
        log.setLevel(logging.INFO)
        log.propagate = False
    return log


def read_request_id(given: str) -> str:
    return given if REQUEST_ID.fullmatch(given) else "unknown"
