"""The widget's modules put together: /widget.js, which every page fetches, and the parts that come when needed.

No build step: the sources are read when the server starts. The element is one file of at most 15 kB gzipped;
a language's sentences are another, of a tenth of that, and what hangs on the menu comes when it is opened.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import rjsmin

from bot.gateway.visitor_schemas import LONGEST_TEXT, NOTICE
from bot.helpdesk import Helpdesk
from bot.wording import LOCALES, load_area
from handoff.attachments import LARGEST, TYPES

FOLDER = Path(__file__).parent / "widget"
PARTS = ("words", "nodes", "store", "api", "feed", "outbox", "cards", "log", "panel", "element")
MORE_PARTS = ("nodes", "transcript", "more")
_IMPORT = re.compile(r"^import .*\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@cache
def read_style() -> str:
    style = _CSS_COMMENT.sub("", (FOLDER / "style.css").read_text("utf-8"))
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", style)).replace(";}", "}").strip()


@cache
def join_parts(names: tuple[str, ...]) -> str:
    """One module of several: each name is declared once among all of them."""
    sources = [(FOLDER / f"{name}.js").read_text("utf-8") for name in names]
    joined = "\n".join(_EXPORT.sub("", _IMPORT.sub("", source)) for source in sources)
    return str(rjsmin.jsmin(joined))


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
        "widget.js": f"const CONFIG={write_json(describe(helpdesk))};\n{base}\n{join_parts(PARTS)}",
        "widget-more.js": f"const SENTENCES={write_json(more)},FILES={write_json(files)};\n"
        f"{join_parts(MORE_PARTS)}\nexport{{More}};",
        **{f"widget-{locale}.js": f"export default {write_json(core_sentences(locale))};" for locale in LOCALES},
    }
