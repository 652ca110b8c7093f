"""What a visitor thought: of the bot's answers and people's in their conversation, and of how the request went."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.feedback import find_rating
from handoff.models.message import Feedback
from handoff.models.request import Request
from handoff.views import Opinion, Verdicts


def find_opinion(session: Session, request: Request) -> Opinion:
    """Verdicts on single messages are of the whole conversation, the score of this request alone."""
    rows = session.scalars(
        select(Feedback)
        .where(Feedback.conversation_id == request.conversation_id, Feedback.helpful.is_not(None))
        .order_by(Feedback.created_at, Feedback.id)
    ).all()
    rating = find_rating(session, request.number)
    return Opinion(
        bot=count_verdicts([row for row in rows if row.about == "bot"]),
        people=count_verdicts([row for row in rows if row.about == "coordinator"]),
        score=rating.score if rating else None,
        reason=rating.reason if rating else None,
        rated_at=rating.created_at if rating else None,
    )


def count_verdicts(rows: list[Feedback]) -> Verdicts:
    return Verdicts(
        helpful=sum(1 for row in rows if row.helpful),
        unhelpful=sum(1 for row in rows if not row.helpful),
        reasons=tuple(dict.fromkeys(row.reason for row in rows if row.reason and not row.helpful)),
    )
