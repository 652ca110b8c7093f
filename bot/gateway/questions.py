"""One question, or one search, without a conversation. No Rasa, nothing remembered."""

from __future__ import annotations

from fastapi import APIRouter, Request

from bot.gateway.conversations import problems, rates_of
from bot.gateway.languages import preferred_locale
from bot.gateway.visitor_schemas import AnswerOut, HitOut, HitsOut, Query, Question, SourceOut
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from bot.replies.once import answer_once
from bot.wording import say
from handoff.held import find_theme
from handoff.messages import Draft, MessageKind
from retrieval.hits import Hit
from retrieval.retriever import Decision

NOT_ANSWERED = (MessageKind.UNANSWERED, MessageKind.CHOICE)

router = APIRouter(prefix="/api/v1", tags=["anyone"])


@router.post("/ask", summary="One question", responses=problems(400, 413, 422, 429))
def ask(body: Question, request: Request, helpdesk: Desk) -> AnswerOut:
    rates_of(request).count_address(request, "questions")
    return describe_answer(hold_back(helpdesk, answer_once(helpdesk, body.question, body.locale)))


def hold_back(helpdesk: Helpdesk, draft: Draft) -> Draft:
    """On a theme whose answers a person approves first there is none here: nobody could bring it afterwards."""
    with helpdesk.database.reading() as session:
        if find_theme(session, [draft]) is None:
            return draft
    text = say(draft.locale, "handoff.held_alone")
    return Draft(MessageKind.UNANSWERED, text, draft.locale, evidence=draft.evidence)


def describe_answer(draft: Draft) -> AnswerOut:
    """The answer as the API and the command line tell it."""
    return AnswerOut(
        answered=draft.kind not in NOT_ANSWERED,
        text=draft.text,
        kind=draft.kind.value,
        sources=[SourceOut.model_validate(source, from_attributes=True) for source in draft.sources],
        data=draft.data,
        confidence=min(1.0, max(0.0, float(draft.evidence.get("confidence", 1.0)))),
        locale=draft.locale,
    )


@router.post("/search", summary="Passages of the library", responses=problems(400, 413, 422, 429))
def search(body: Query, request: Request, helpdesk: Desk) -> HitsOut:
    rates_of(request).count_address(request, "questions")
    retriever = helpdesk.knowledge.retriever
    locale = body.locale or preferred_locale(request)
    vector = retriever.encode(body.query)
    hits = retriever.search(body.query, locale=locale, kinds=body.kinds, k=body.k, vector=vector)
    finding = retriever.ask(body.query, locale=locale, kinds=body.kinds, vector=vector)
    return HitsOut(hits=[show_hit(hit) for hit in hits], answerable=finding.decision is Decision.ANSWER)


def show_hit(hit: Hit) -> HitOut:
    passage = hit.passage
    return HitOut(
        document=passage.document,
        kind=passage.kind,
        title=passage.title,
        section=" › ".join(passage.section),
        url=passage.url,
        text=passage.text,
        score=hit.score,
    )
