"""/sitemap.xml: every page of the library, each with its translation."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from fastapi import APIRouter, Response

from bot.gateway.library_finding import translations
from bot.gateway.templating import make_link
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from bot.wording import LOCALES

router = APIRouter()
PAGES = ("/", "/library", "/calls", "/chat", "/accessibility", "/privacy")
OPENING = (
    '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:xhtml="http://www.w3.org/1999/xhtml">'
)


@router.get("/sitemap.xml", include_in_schema=False)
def map_site(helpdesk: Desk) -> Response:
    body = "".join(_pages(helpdesk)) + "".join(_documents(helpdesk))
    return Response(f"{OPENING}{body}</urlset>", media_type="application/xml")


def _pages(helpdesk: Helpdesk) -> Iterator[str]:
    own = helpdesk.settings.locale
    for page in PAGES:
        told = {locale: make_link(page, locale, own) for locale in LOCALES}
        for path in told.values():
            yield _write(helpdesk.settings.base_url, path, told, "")


def _documents(helpdesk: Helpdesk) -> Iterator[str]:
    knowledge = helpdesk.knowledge
    for document in knowledge.catalogue.documents:
        changed = document.reviewed_on.isoformat() if document.reviewed_on else ""
        yield _write(helpdesk.settings.base_url, document.url, translations(knowledge, document), changed)


def _write(base: str, path: str, languages: dict[str, str], changed: str) -> str:
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{locale}" href={quoteattr(base + url)}/>'
        for locale, url in languages.items()
    )
    day = f"<lastmod>{changed}</lastmod>" if changed else ""
    return f"<url><loc>{escape(base + path)}</loc>{day}{links}</url>"
