"""/widget.js: the widget's modules put together as one, with its style, sentences and the server's limits.

No build step: the parts are read when the server starts, and a browser fetches one file.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from bot.gateway.visitor_schemas import LONGEST_TEXT, NOTICE
from bot.helpdesk import Helpdesk
from bot.wording import LOCALES, load_area
from handoff.attachments import LARGEST, TYPES

FOLDER = Path(__file__).parent / "widget"
PARTS = (
    "words",
    "nodes",
    "store",
    "api",
    "feed",
    "outbox",
    "cards",
    "transcript",
    "log",
    "menu",
    "panel",
    "element",
)
_IMPORT = re.compile(r"^import .*\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)
_COMMENT = re.compile(r"^\s*//.*\n", re.MULTILINE)
_INDENT = re.compile(r"^\s+", re.MULTILINE)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def read_style() -> str:
    style = _CSS_COMMENT.sub("", (FOLDER / "style.css").read_text("utf-8"))
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", style)).strip()


def read_part(name: str) -> str:
    source = (FOLDER / f"{name}.js").read_text("utf-8")
    return _INDENT.sub("", _EXPORT.sub("", _COMMENT.sub("", _IMPORT.sub("", source))))


@cache
def read_parts() -> str:
    return "".join(read_part(name) for name in PARTS)


def describe(helpdesk: Helpdesk) -> dict[str, Any]:
    settings, kept = helpdesk.settings, helpdesk.database.settings
    return {
        "sentences": {locale: load_area(locale, "widget") for locale in LOCALES},
        "style": read_style(),
        "locale": settings.locale,
        "timezone": settings.timezone,
        "notice": NOTICE,
        "longest": LONGEST_TEXT,
        "files": {"largest": LARGEST, "accept": ",".join(f".{ending}" for ending in TYPES)},
        "facts": {"days": kept.keep_anonymous_days, "request_days": kept.keep_requests_days},
        "contact": {"email": settings.contact_email, "phone": settings.contact_phone},
    }


def write_bundle(helpdesk: Helpdesk) -> tuple[bytes, str]:
    """The file and its ETag."""
    config = json.dumps(describe(helpdesk), ensure_ascii=False, separators=(",", ":"))
    address = 'CONFIG.base=new URL(".",import.meta.url).href.replace(/\\/$/,"");'
    bundle = f"const CONFIG={config};\n{address}\n{read_parts()}".encode()
    return bundle, f'"{hashlib.sha256(bundle).hexdigest()[:20]}"'
