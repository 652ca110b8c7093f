"""What a page tells search engines: schema.org as JSON-LD. It is data; no browser runs it."""

from __future__ import annotations

import json
from typing import Any

from bot.helpdesk import Helpdesk
from bot.wording import say
from knowledge.call import FundingCall
from knowledge.document import Block, BlockKind, Document, Kind

TYPES = {
    Kind.FAQ: "FAQPage",
    Kind.EVENT: "Event",
    Kind.ORGANISATION: "Organization",
    Kind.CALL: "MonetaryGrant",
    Kind.TOOL: "LearningResource",
}
ONLINE = "https://schema.org/OnlineEventAttendanceMode"
OFFLINE = "https://schema.org/OfflineEventAttendanceMode"


def describe_for_machines(helpdesk: Helpdesk, document: Document, call: FundingCall | None) -> str:
    """JSON that is safe inside a script element."""
    graph = [_describe(helpdesk, document, call), _trail(helpdesk, document)]
    told = {"@context": "https://schema.org", "@graph": graph}
    return json.dumps(told, ensure_ascii=False, default=str).replace("<", "\\u003c")


def _describe(helpdesk: Helpdesk, document: Document, call: FundingCall | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "@type": TYPES.get(document.kind, "Article"),
        "name": document.title,
        "description": document.summary,
        "url": helpdesk.settings.base_url + document.url,
    }
    if document.kind is not Kind.ORGANISATION:
        told["inLanguage"] = document.locale
    if document.kind not in (Kind.ORGANISATION, Kind.EVENT, Kind.CALL):
        told |= {"headline": document.title[:110], "isBasedOn": document.source}
        told["dateModified"] = document.reviewed_on
    if document.kind is Kind.FAQ:
        told["mainEntity"] = _questions(document)
    if document.kind is Kind.EVENT:
        told |= _event(document)
    if document.kind is Kind.ORGANISATION:
        contact = document.fields.get("contact") or {}
        told |= {"email": contact.get("email"), "telephone": contact.get("phone"), "sameAs": contact.get("url")}
    if call:
        told |= _grant(call)
    return {name: value for name, value in told.items() if value not in (None, "", [], {})}


def _questions(document: Document) -> list[dict[str, Any]]:
    """Each heading that asks, with what stands below it; a page without such is one question: its title."""
    found: list[tuple[str, list[Block]]] = [(document.title, [])]
    for block in document.blocks:
        if block.kind is BlockKind.HEADING and block.text.endswith("?"):
            found.append((block.text, []))
        elif block.kind is not BlockKind.HEADING:
            found[-1][1].append(block)
    return [
        {
            "@type": "Question",
            "name": question,
            "acceptedAnswer": {"@type": "Answer", "text": "\n".join(block.text for block in blocks)},
        }
        for question, blocks in found
        if blocks
    ]


def _event(document: Document) -> dict[str, Any]:
    place = document.fields.get("place")
    return {
        "startDate": document.fields.get("starts_at"),
        "endDate": document.fields.get("ends_at"),
        "eventAttendanceMode": ONLINE if document.fields.get("online") else OFFLINE,
        "location": {"@type": "Place", "name": place, "address": place} if place else None,
    }


def _grant(call: FundingCall) -> dict[str, Any]:
    amount = {"@type": "MonetaryAmount", "currency": "EUR"}
    limits = {"minValue": call.grant_min, "maxValue": call.grant_max}
    told = {name: float(value) for name, value in limits.items() if value is not None}
    return {
        "amount": amount | told if told else None,
        "funder": {"@type": "Organization", "name": call.programme} if call.programme else None,
        "validFrom": call.opens_at.isoformat() if call.opens_at else None,
        "validThrough": call.entries[-1].isoformat() if call.entries else None,
    }


def _trail(helpdesk: Helpdesk, document: Document) -> dict[str, Any]:
    base = helpdesk.settings.base_url
    path, key = ("/calls", "calls_title") if document.kind is Kind.CALL else ("/library", "title")
    steps = [(say(document.locale, f"library.{key}"), base + path), (document.title, base + document.url)]
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": url}
        for place, (name, url) in enumerate(steps, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}
