"""Where what was said before, or a call's own name, tells better what is meant than the words alone."""

from __future__ import annotations

import re

from bot.helpdesk import Helpdesk
from bot.nlu.text import fold, tokenize
from bot.replies import call_details, calls, events, informal, particulars, smalltalk
from bot.replies.memory import Memory
from bot.replies.situation import Situation

ABOUT_CALLS = {"list_calls", "describe_situation", "inform", "more"}
"""Moves that are about one call when they name it: "pastāsti par jauniešu ideju laboratoriju"."""
_TELL = re.compile(r"^\W*(?:ludzu )?(?:pastast\w*|paradi\w*|tell me|show me|расскаж\w*|покаж\w*)\b")
"""Asks for all of it, however it was understood."""
UNSURE = 0.6
FEW_WORDS = 8


def redirect(
    helpdesk: Helpdesk, situation: Situation, memory: Memory, reply: call_details.Reply
) -> call_details.Reply:
    """The reply to give instead, or `reply` itself."""
    if situation.value is not None or reply is events.tell_events:
        return reply
    if is_wordless(situation.text):
        return smalltalk.puzzle
    if informal.is_told(situation):
        return informal.tell_informal
    if reply is call_details.tell_applicants and informal.is_informal(situation):
        return informal.tell_applicants
    if situation.intent in ABOUT_CALLS | {"question"}:
        named = call_details.find_named(helpdesk, situation)
        if named is not None:
            memory.call = named.id
            told_of = situation.intent in ABOUT_CALLS or _TELL.search(fold(situation.text))
            return call_details.describe_call if told_of else reply
    return calls.list_calls if narrows_list(situation, memory) else reply


def is_wordless(text: str) -> bool:
    """Nothing but signs, none of which asks or nods: what was meant is not to be guessed."""
    return not any(letter.isalnum() or letter in "?👍✅" for letter in text)


def narrows_list(situation: Situation, memory: Memory) -> bool:
    """A few words with a particular in them, under a list of calls, and nothing surer: "tikai biedrībām"."""
    return (
        situation.intent in ("question", "more")
        and situation.confidence < UNSURE
        and bool(memory.shown)
        and len(tokenize(situation.text)) <= FEW_WORDS
        and any(situation.entities.get(name) for name in particulars.NARROWING)
    )
