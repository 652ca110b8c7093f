"""The consultation form in conversation: opened, and told apart what answers it, moves it, or interrupts it."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.helpdesk import Helpdesk
from bot.nlu.text import fold
from bot.replies import person
from bot.replies.form import CODED, LONG_STORY, PUZZLED, Form, read_answer
from bot.replies.form_answers import take_answer
from bot.replies.form_commands import COMMANDS, cancel, explain
from bot.replies.form_questions import ask, tell_answers
from bot.replies.informal import is_told
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import say
from handoff.messages import Draft

Reply = Callable[[Helpdesk, Situation, Memory], list[Draft]]

ALWAYS_INTERRUPT = {
    "ask_person", "complaint", "distress", "switch_language", "bot_challenge", "privacy", "help", "insult",
    "feedback",
}  # fmt: skip
"""Never an answer to a question of the form, whatever it asks."""
MAY_INTERRUPT = {
    "question", "list_calls", "call_details", "call_applicants", "call_amount", "call_own_share", "call_deadline",
    "call_apply", "choose", "more", "request_status", "contact", "subscribe", "unsubscribe", "review_application",
    "legal_judgement",
    "out_of_scope", "smalltalk", "greet", "thanks", "goodbye", "not_helpful",
}  # fmt: skip
SURE = 0.5
SHORT = 30
"""Letters up to which a message can be a command whatever the form asks."""
STOPS = re.compile(r"\b(?:atcel\w*|beidzam|partrauc\w*|stop|cancel|отмен\w*|хватит)\b")


def begin(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """Open the form, or go on with the one that is open; what was told before is shown, not asked again."""
    locale = situation.locale
    if memory.form:
        return [ask(memory, locale, say(locale, "bot.form.goes_on"))]
    if situation.owner == "queue":
        return person.tell_request_status(helpdesk, situation, memory)
    form = Form.start(memory.told)
    memory.form = form.write()
    intro = say(locale, "bot.form.intro")
    if form.answers:
        intro += " " + say(locale, "bot.form.known", known="; ".join(tell_answers(form, locale)))
    return [ask(memory, locale, intro)]


def carry_on(helpdesk: Helpdesk, situation: Situation, memory: Memory, reply: Reply) -> list[Draft]:
    """Every message while the form is open: a command, an answer, a correction, or an interruption."""
    form = Form.read(memory.form or {})
    if STOPS.search(fold(situation.text)) and len(situation.text) <= SHORT:
        return cancel(helpdesk, situation, memory, form)
    command = COMMANDS.get(situation.intent)
    if command and not is_told(situation) and not _is_story(form, situation):
        return command(helpdesk, situation, memory, form)
    if is_puzzled(form, situation):
        return explain(helpdesk, situation, memory, form)
    if is_interruption(form, situation):
        return interrupt(helpdesk, situation, memory, reply)
    return take_answer(helpdesk, situation, memory, form)


def _is_story(form: Form, situation: Situation) -> bool:
    """What is told at the `matter` step may sound like anything: "gribam atcelt rindas…" does not cancel."""
    return form.step == "matter" and situation.value is None and len(situation.text) > SHORT


def is_puzzled(form: Form, situation: Situation) -> bool:
    """ "Nezinu", "ko tas nozīmē?", "kāpēc jums to vajag?", where nothing else was told."""
    told = form.step in CODED and situation.entities.get(form.step)
    return (
        situation.value is None
        and not told
        and len(situation.text) <= LONG_STORY
        and PUZZLED.search(fold(situation.text)) is not None
    )


def is_interruption(form: Form, situation: Situation) -> bool:
    if situation.value is not None:
        return situation.intent not in ("inform", "form")
    if situation.intent in ALWAYS_INTERRUPT and situation.confidence >= SURE:
        return not _is_story(form, situation)
    asks = situation.text.rstrip().endswith("?")
    if is_told(situation):
        return False
    if form.step == "matter":
        return asks and len(situation.text) < 100 and situation.intent in MAY_INTERRUPT
    if form.step != "confirm" and not asks and read_answer(form.step, situation).value:
        return False
    return situation.intent in MAY_INTERRUPT and (asks or situation.confidence >= SURE)


def interrupt(helpdesk: Helpdesk, situation: Situation, memory: Memory, reply: Reply) -> list[Draft]:
    """Answered as ever, and then the form goes on, unless the answer gave the conversation to a person."""
    drafts = reply(helpdesk, situation, memory)
    if memory.form is None:
        return drafts
    locale = next((draft.locale for draft in drafts), situation.locale)
    memory.offer = None
    return [*drafts, ask(memory, locale, say(locale, "bot.form.goes_on"))]
