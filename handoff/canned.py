"""Ready texts of the desk: kept in both languages, filled in from the request they are put into."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import audit
from handoff.availability import ANSWERS
from handoff.database import now
from handoff.errors import Invalid, NotAllowed, NotFound
from handoff.models.base import clean_text
from handoff.models.desk import CannedReply
from handoff.views import Actor

VARIABLES = ("name", "number", "topic", "call", "coordinator")
EDITS = ("editor", "administrator")
LONGEST_TITLE = 120
LONGEST = 4000
MOST = 500
_VARIABLE = re.compile(r"\{([^{}\n]{0,40})\}")


@dataclass(frozen=True, slots=True)
class Canned:
    id: int
    title: str
    texts: Mapping[str, str]
    """By language; a language without a text is left out."""


def list_canned(session: Session) -> list[Canned]:
    """By title."""
    rows = session.scalars(select(CannedReply).order_by(CannedReply.title).limit(MOST))
    return [_view(row) for row in rows]


def get_canned(session: Session, canned_id: int) -> Canned:
    return _view(_find(session, canned_id))


def _find(session: Session, canned_id: int) -> CannedReply:
    row = session.get(CannedReply, canned_id)
    if row is None:
        raise NotFound("no such ready text")
    return row


def _view(row: CannedReply) -> Canned:
    texts = {"lv": row.text_lv, "en": row.text_en}
    return Canned(row.id, row.title, {locale: text for locale, text in texts.items() if text})


def save_canned(session: Session, actor: Actor, canned_id: int | None, *, title: str, lv: str, en: str) -> Canned:
    """Add one, or change it. Raises NotAllowed, Invalid and NotFound."""
    require_editing(actor)
    title, lv, en = clean_text(title).strip(), take_template(lv, "lv"), take_template(en, "en")
    if not title or not (lv or en):
        raise Invalid("a title and a text in one language at least", field="title", reason="empty")
    if len(title) > LONGEST_TITLE:
        raise Invalid(f"at most {LONGEST_TITLE} characters", field="title", reason="too_long")
    row = _find(session, canned_id) if canned_id is not None else CannedReply()
    _refuse_known_title(session, title, canned_id)
    row.title, row.text_lv, row.text_en = title, lv, en
    row.updated_at, row.updated_by = now(session), actor.id
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "canned.saved", f"canned:{row.id}")
    return _view(row)


def _refuse_known_title(session: Session, title: str, canned_id: int | None) -> None:
    known = session.scalar(select(CannedReply.id).where(CannedReply.title == title))
    if known is not None and known != canned_id:
        raise Invalid("there is a ready text of this title", field="title", reason="known_title")


def delete_canned(session: Session, actor: Actor, canned_id: int) -> None:
    require_editing(actor)
    session.delete(_find(session, canned_id))
    audit.record(session, actor.id, "canned.deleted", f"canned:{canned_id}")


def require_editing(actor: Actor) -> None:
    if actor.role not in EDITS or actor.role not in ANSWERS:
        raise NotAllowed("ready texts are changed by editors and administrators", role=actor.role)


def take_template(text: str, field: str) -> str:
    """Cleaned, bounded, with known variables only."""
    told = clean_text(text).strip()
    if len(told) > LONGEST:
        raise Invalid(f"at most {LONGEST} characters", field=field, reason="too_long")
    for name in _VARIABLE.findall(told):
        if name not in VARIABLES:
            raise Invalid("no such variable", field=field, reason="variable", variable=name)
    return told


def fill(text: str, facts: Mapping[str, str | None]) -> str:
    """`{name}` and the like by what is known; what is not stays to be seen and written by hand."""

    def tell(found: re.Match[str]) -> str:
        return facts.get(found[1]) or found[0]

    return _VARIABLE.sub(tell, text)
