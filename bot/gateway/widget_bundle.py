"""The widget's modules put together: /widget.js, which every page fetches, and the parts that come when needed.

The sources are read when the server starts, shortened by terser where tools/setup did that. The element and the
sentences of one language, which is all that a page loads for a conversation, are at most 15 kB gzipped together;
the menu comes when it is opened.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import rjsmin

from bot.gateway.visitor_schemas import LONGEST_TEXT, NOTICE
from bot.helpdesk import Helpdesk
from bot.settings import ROOT
from bot.wording import LOCALES, load_area
from handoff.attachments import LARGEST, TYPES

FOLDER = Path(__file__).parent / "widget"
PARTS = (
    *("words", "nodes", "style", "store", "api", "feed", "outbox", "cards", "log", "panel"),
    *("signs", "launcher", "conversation", "element"),
)
MORE_PARTS = ("nodes", "style", "transcript", "more")
SCRIPTS = {"widget.js": PARTS, "widget-more.js": MORE_PARTS}
SHORTENED = ROOT / "node_modules" / ".widget"
_IMPORT = re.compile(r"^import .*\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@cache
def read_style(name: str = "style") -> str:
    style = _CSS_COMMENT.sub("", (FOLDER / f"{name}.css").read_text("utf-8"))
    tight = re.sub(r"\s*([{};,])\s*|(?<=:)\s+", r"\1", re.sub(r"\s+", " ", style))
    return re.sub(r"(?<=[\s:(,-])0(?=\.\d)", "", tight).replace(";}", "}").strip()


@cache
def join_parts(names: tuple[str, ...]) -> str:
    """One module of several: each name is declared once among all of them. The last is what it exports."""
    sources = [(FOLDER / f"{name}.js").read_text("utf-8") for name in names]
    return "\n".join(
        _IMPORT.sub("", source if source is sources[-1] else _EXPORT.sub("", source)) for source in sources
    )


def shortened_path(source: str) -> Path:
    return SHORTENED / f"{hashlib.sha256(source.encode()).hexdigest()[:32]}.js"


@cache
def read_script(names: tuple[str, ...]) -> str:
    """As short as it is to be had: by terser if these very sources were given to it, else without white space."""
    source = join_parts(names)
    shortened = shortened_path(source)
    return shortened.read_text("utf-8") if shortened.exists() else str(rjsmin.jsmin(source))


def write_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def core_sentences(locale: str) -> dict[str, Any]:
    return {key: sentence for key, sentence in load_area(locale, "widget").items() if key != "more"}


def describe(helpdesk: Helpdesk) -> dict[str, Any]:
    settings, kept = helpdesk.settings, helpdesk.database.settings
    return {
        "style": read_style(),
        "locale": settings.locale,
        "locales": LOCALES,
        "origins": settings.embed_origins,
        "timezone": settings.timezone,
        "notice": NOTICE,
        "longest": LONGEST_TEXT,
        "facts": {"days": kept.keep_anonymous_days, "request_days": kept.keep_requests_days},
        "contact": {"email": settings.contact_email, "phone": settings.contact_phone},
    }


def write_bundles(helpdesk: Helpdesk) -> dict[str, str]:
    """By file name. The address of the server is where the script itself came from."""
    base = 'CONFIG.base=new URL(".",import.meta.url).href.replace(/\\/$/,"");'
    files = {"largest": LARGEST, "accept": ",".join(f".{ending}" for ending in TYPES)}
    more = {locale: load_area(locale, "widget")["more"] for locale in LOCALES}
    return {
        "widget.js": f"const CONFIG={write_json(describe(helpdesk))};\n{base}\n{read_script(PARTS)}",
        "widget-more.js": f"const SENTENCES={write_json(more)},FILES={write_json(files)},"
        f"STYLE={write_json(read_style('more'))},"
        f"TELEGRAM={write_json(helpdesk.settings.telegram_token is not None)};\n"
        f"{read_script(MORE_PARTS)}",
        **{f"widget-{locale}.js": f"export default {write_json(core_sentences(locale))};" for locale in LOCALES},
    }
