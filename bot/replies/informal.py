"""People without an organisation: taken as private persons, told so, and shown what they can apply to."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.helpdesk import Helpdesk
from bot.nlu.informal import APPLICANT, find_informal
from bot.nlu.text import fold
from bot.replies import buttons, call_details, particulars
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import say
from handoff.messages import Draft

MEANT = {
    "ask_person", "complaint", "distress", "legal_judgement", "review_application", "consultation", "list_calls",
    "call_applicants", "call_details", "call_amount", "call_own_share", "call_deadline", "call_apply",
    "switch_language", "bot_challenge", "privacy", "help",
}  # fmt: skip
"""Moves that may come with "mēs neesam reģistrēti"; whatever else it is taken for ("unsubscribe") is a mistake."""


_JUDGE = re.compile(r"\?|\b(?:vai|drikst\w*|var|varam|can|may|allowed|could|ли|можно|можем|вправе)\b")
"""Without any of these nobody asks whether it is allowed: it only tells."""


def is_informal(situation: Situation) -> bool:
    return situation.value is None and find_informal(situation.text) is not None


def is_told(situation: Situation) -> bool:
    """Said of themselves rather than asked: a question is answered as one."""
    asks = situation.intent == "question" and situation.text.rstrip().endswith("?")
    misread = situation.intent == "legal_judgement" and not _JUDGE.search(fold(situation.text))
    return is_informal(situation) and (situation.intent not in MEANT or misread) and not asks


def tell_informal(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """Whether they may apply to the call spoken of, else which calls they may; and as whom they are taken."""
    memory.told["applicant"] = APPLICANT
    if memory.call:
        return tell_applicants(helpdesk, situation, memory)
    drafts = particulars.describe_situation(helpdesk, situation, memory)
    text = f"{say(situation.locale, 'bot.particulars.informal')}\n\n{drafts[0].text}"
    return [replace(drafts[0], text=text), *drafts[1:]]


def tell_applicants(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """Who may apply to the call, with a way to those where people without an organisation may."""
    memory.told["applicant"] = APPLICANT
    drafts = call_details.tell_applicants(helpdesk, situation, memory)
    locale, first = situation.locale, drafts[0]
    if "call" not in first.data:
        return drafts
    others = buttons.button(say(locale, "bot.buttons.for_private"), "list_calls", applicant=APPLICANT)
    text = f"{first.text}\n\n{say(locale, 'bot.calls.informal')}"
    return [replace(first, text=text, buttons=(others, *first.buttons)), *drafts[1:]]
