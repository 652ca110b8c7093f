"""Pages for visitors: the demonstration site, the chat on a page of its own, and what the law asks for."""

from __future__ import annotations

from collections import Counter
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from bot.gateway.assets import ASK_AGAIN, FOLDER
from bot.gateway.templating import choose_locale, render
from bot.gateway.visitor_schemas import NOTICE
from bot.helpdesk import Helpdesk
from bot.replies.call_cards import tell_grant, tell_share, tell_timing
from knowledge.call import CallStatus, FundingCall
from knowledge.document import Kind
from knowledge.vocabulary import load_vocabularies

CALLS = 6
TOPICS = 8
REVIEWED = date(2026, 11, 24)
"""The day on which the accessibility statement was last checked against the pages."""


def latest_calls(helpdesk: Helpdesk, locale: str) -> list[tuple[FundingCall, dict[str, str | None]]]:
    """The open ones by nearest deadline, then those to come."""
    catalogue, now = helpdesk.knowledge.catalogue, helpdesk.clock()
    found = [
        call
        for status in (CallStatus.OPEN, CallStatus.FORTHCOMING)
        for call in catalogue.find_calls(locale=locale, now=now, status=status)
    ]
    return [(call, describe_call(helpdesk, call, locale)) for call in found[:CALLS]]


def describe_call(helpdesk: Helpdesk, call: FundingCall, locale: str) -> dict[str, str | None]:
    return {
        "timing": tell_timing(helpdesk, call, locale),
        "grant": tell_grant(call, locale),
        "share": tell_share(call, locale),
        "status": str(call.status(helpdesk.clock())),
    }


def busiest_topics(helpdesk: Helpdesk, locale: str) -> list[tuple[str, str, int]]:
    """Code, name and number of documents of the themes that most is known about."""
    documents = helpdesk.knowledge.catalogue.find_documents(locale=locale)
    counts = Counter(theme for document in documents for theme in document.themes if theme != "other")
    terms = load_vocabularies()["theme"].terms
    return [
        (code, terms[code].label(locale), count) for code, count in counts.most_common(TOPICS) if code in terms
    ]


def make_router(helpdesk: Helpdesk) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    def home(request: Request) -> Response:
        locale = choose_locale(request)
        catalogue = helpdesk.knowledge.catalogue
        return render(
            request,
            "home.html",
            calls=latest_calls(helpdesk, locale),
            topics=busiest_topics(helpdesk, locale),
            telegram=helpdesk.telegram_name,
            events=catalogue.find_documents(locale=locale, kinds=[Kind.EVENT])[:3],
            innovations=catalogue.find_documents(locale=locale, kinds=[Kind.INNOVATION])[:3],
        )

    @router.get("/chat")
    def chat(request: Request) -> Response:
        return render(request, "chat.html")

    @router.get("/accessibility")
    def accessibility(request: Request) -> Response:
        return render(request, "accessibility.html", reviewed=REVIEWED)

    @router.get("/privacy")
    def privacy(request: Request) -> Response:
        """Tells of Telegram and of e-mail where they are switched on."""
        settings = helpdesk.settings
        return render(
            request,
            "privacy.html",
            notice=NOTICE,
            kept=helpdesk.database.settings,
            telegram=settings.telegram_token is not None,
            mail=settings.mail is not None,
        )

    @router.get("/favicon.ico")
    def icon() -> Response:
        return FileResponse(FOLDER / "icon.svg", media_type="image/svg+xml", headers={"Cache-Control": ASK_AGAIN})

    @router.get("/robots.txt")
    def robots() -> Response:
        return Response("User-agent: *\nDisallow: /api/\nDisallow: /inbox\n", media_type="text/plain")

    return router
