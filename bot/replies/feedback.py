"""A verdict on an answer, by thumb or in words; a bad one asks why, and two in a row offer a person."""

from __future__ import annotations

from bot.helpdesk import Helpdesk
from bot.replies import buttons, escalation, person
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import say
from handoff.messages import Author, Draft, Effect, MessageKind

REASONS = ("off_topic", "wrong", "outdated", "unclear")


def take_verdict(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    helpful, reason = situation.first("helpful") == "yes", situation.first("reason")
    if helpful:
        memory.misses = 0
        return [_draft(situation, "bot.feedback.thanks", _effect(situation, helpful=True))]
    if reason in REASONS:
        return [_draft(situation, "bot.feedback.noted", _effect(situation, helpful=False, reason=reason))]
    return regret(helpdesk, situation, memory)


def regret(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """The answer did not help: asks why; the second time in a row a person is offered."""
    memory.misses += 1
    locale = situation.locale
    drafts = [
        Draft(
            MessageKind.FEEDBACK,
            say(locale, "bot.feedback.why"),
            locale,
            buttons=(
                *(
                    buttons.button(
                        say(locale, f"bot.feedback.reason.{reason}"), "feedback", helpful="no", reason=reason
                    )
                    for reason in REASONS
                ),
                buttons.person(locale),
            ),
            effect=_effect(situation, helpful=False),
        )
    ]
    if memory.misses >= escalation.MOST_MISSES:
        drafts.append(person.draft_offer(situation, memory, "low_confidence"))
    return drafts


def _draft(situation: Situation, key: str, effect: Effect | None) -> Draft:
    locale = situation.locale
    return Draft(MessageKind.FEEDBACK, say(locale, key), locale, effect=effect)


def _effect(situation: Situation, *, helpful: bool, reason: str | None = None) -> Effect | None:
    """On the newest answer of the bot; None if there was none to judge."""
    judged = next(
        (
            message.id
            for message in reversed(situation.recent)
            if message.author is Author.BOT and message.kind in (MessageKind.ANSWER, MessageKind.UNANSWERED)
        ),
        None,
    )
    if judged is None:
        return None
    data: dict[str, object] = {"message_id": judged, "helpful": helpful}
    return Effect("feedback", data | ({"reason": reason} if reason else {}))
