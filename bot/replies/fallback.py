"""Answering without Rasa: the same replies, reached by words that give a move away or by an example alike."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path

import yaml

from bot.helpdesk import Helpdesk
from bot.nlu.lexicon import find_entities
from bot.nlu.text import fold
from bot.replies import buttons
from bot.replies.dialogue import conduct
from bot.replies.examples import ALIKE, load_examples
from bot.replies.moves import find_reply
from bot.replies.situation import Situation
from bot.replies.subject import tell_subject
from bot.wording import say
from handoff.messages import Draft, Effect, MessageKind

GIVEAWAYS = Path(__file__).with_name("giveaways.yml")
_SHORT = 4


def respond(helpdesk: Helpdesk, situation: Situation) -> list[Draft]:
    """The bot's messages for one turn, made without Rasa; memory comes from the conversation's own record."""
    situation = understand(situation)
    drafts, _ = conduct(helpdesk, situation, find_reply(situation.intent))
    return tell_subject(helpdesk, situation, drafts)


def understand(situation: Situation) -> Situation:
    """A button says what it means; words are matched, and what matches nothing is a question."""
    if situation.value is not None:
        intent, facts = buttons.decode(situation.value)
        return replace(situation, intent=intent, entities={name: [fact] for name, fact in facts.items()})
    entities: dict[str, list[str]] = defaultdict(list)
    for item in find_entities(situation.text):
        entities[item.entity].append(item.value)
    return replace(situation, intent=guess_intent(situation.text, dict(entities)), entities=dict(entities))


@cache
def load_giveaways() -> tuple[tuple[str, re.Pattern[str]], ...]:
    told: dict[str, list[str]] = yaml.safe_load(GIVEAWAYS.read_text("utf-8"))
    return tuple((intent, re.compile("|".join(patterns))) for intent, patterns in told.items())


def guess_intent(text: str, entities: dict[str, list[str]]) -> str:
    folded = fold(text).strip()
    named = next((intent for intent, words in load_giveaways() if words.search(folded)), None)
    if named:
        return named
    alike = load_examples().nearest(text)
    if alike and alike[1] >= ALIKE:
        return alike[0]
    if len(folded.split()) <= _SHORT and "?" not in text:
        if set(entities) == {"ordinal"}:
            return "choose"
        if entities:
            return "inform"
    return "question"


def apologise(locale: str) -> Draft:
    """When nothing else worked: says so, and a person is asked for."""
    return Draft(
        MessageKind.HANDOFF,
        say(locale, "bot.failure"),
        locale,
        effect=Effect("handoff", {"reason": "failure", "topic": None, "summary": "", "form": {}}),
        evidence={"decision": "failure", "confidence": 0.0},
    )
