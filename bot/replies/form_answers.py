"""What is said while a question of the form is open: its answer, a correction, or more of the matter."""

from __future__ import annotations

import re

from bot.helpdesk import Helpdesk
from bot.nlu.informal import APPLICANT
from bot.nlu.text import fold
from bot.replies.form import (
    CODED,
    LONG_STORY,
    LONGEST_ANSWER,
    STEPS,
    Form,
    Reading,
    looks_like_address,
    read_answer,
    read_theme,
    take_words,
)
from bot.replies.form_questions import ask, tell_answer
from bot.replies.informal import is_informal
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import find_sentence, say
from handoff.messages import Draft


def take_answer(helpdesk: Helpdesk, situation: Situation, memory: Memory, form: Form) -> list[Draft]:
    locale = situation.locale
    if tells_more(form, situation):
        return add_to_matter(situation, memory, form)
    informal = take_informal(form, situation)
    if form.step == "confirm" and not informal:
        return _correct_or_ask(situation, memory, form)
    corrected = correct(form, situation)
    reading = read_answer(form.step, situation)
    if (corrected or informal) and form.step == "matter" and len(situation.text) <= LONG_STORY:
        reading = Reading(problem="short_matter")
    if reading.value is not None:
        form.put(form.step, reading.value)
    filled = fill_in(form, situation)
    if reading.value is None and not corrected and not filled and not informal:
        words = take_words(form, situation)
        if words is None:
            memory.form = form.write()
            return [ask(memory, locale, say(locale, f"bot.form.problem.{reading.problem}"))]
        form.put(form.step, words)
    memory.form = form.write()
    return [ask(memory, locale, f"{informal} {tell_noted(locale, corrected, filled)}".strip())]


def take_informal(form: Form, situation: Situation) -> str:
    """Who has no organisation is a private person, whatever the form asks; gives what is said to that."""
    if not is_informal(situation):
        return ""
    if form.step == "applicant":
        form.put("applicant", APPLICANT)
    else:
        form.answers["applicant"] = APPLICANT
        form.skipped = [step for step in form.skipped if step != "applicant"]
    return say(situation.locale, "bot.form.informal")


def tell_noted(locale: str, corrected: list[str], filled: list[str]) -> str:
    if corrected:
        return say(locale, "bot.form.corrected", what=", ".join(corrected))
    return say(locale, "bot.form.noted", what=", ".join(filled)) if filled else ""


def tells_more(form: Form, situation: Situation) -> bool:
    """A story after the matter was told: more of the matter, whatever words of a vocabulary are in it."""
    late = form.step in ("contact", "consent", "confirm") and situation.value is None
    return late and len(situation.text) > LONG_STORY * 3 // 2 and not looks_like_address(situation.text)


def add_to_matter(situation: Situation, memory: Memory, form: Form) -> list[Draft]:
    told = "\n".join(part for part in (form.answers.get("matter"), situation.text.strip()) if part)
    form.answers["matter"] = told[:LONGEST_ANSWER]
    if "matter" in form.skipped:
        form.skipped.remove("matter")
    memory.form = form.write()
    return [ask(memory, situation.locale, say(situation.locale, "bot.form.added"))]


def correct(form: Form, situation: Situation) -> list[str]:
    """Take what was said of a step answered before; gives the new answers in words."""
    changed = []
    for step in CODED:
        said = situation.entities.get(step)
        if step != form.step and step in form.answers and said and form.answers[step] != said[-1]:
            form.answers[step] = said[-1]
            changed.append(tell_answer(step, said[-1], situation.locale))
    return changed


def fill_in(form: Form, situation: Situation) -> list[str]:
    """Whatever else the message told of steps still to come, in words; free text is not read for it."""
    if form.step not in CODED and form.step != "matter":
        return []
    told = []
    for step in CODED:
        said = situation.entities.get(step) or read_theme(step, situation)
        if said and step not in form.answers and step not in form.skipped:
            form.put(step, said[-1])
            told.append(tell_answer(step, said[-1], situation.locale))
    return told + _fill_in_words(form, situation)


def _fill_in_words(form: Form, situation: Situation) -> list[str]:
    """An address given early, and a story told where a word was asked for."""
    contact = situation.first("email") or situation.first("phone")
    found = {"contact": contact} if contact else {}
    if form.step in CODED and len(situation.text) > LONG_STORY and not contact:
        found["matter"] = situation.text.strip()
    told = []
    for step, value in found.items():
        if step not in form.answers:
            form.put(step, value)
            told.append(tell_answer(step, value, situation.locale))
    return told


def _correct_or_ask(situation: Situation, memory: Memory, form: Form) -> list[Draft]:
    """At the end: a new value, the name of what is to be changed, or the question again."""
    locale = situation.locale
    changed = correct(form, situation)
    contact = situation.first("email") or situation.first("phone")
    if contact:
        form.answers["contact"] = contact
        changed.append(contact)
    if changed:
        memory.form = form.write()
        return [ask(memory, locale, say(locale, "bot.form.corrected", what=", ".join(changed)))]
    step = situation.first("edit") or named_step(situation.text, locale)
    if step:
        form.edit(step)
        memory.form = form.write()
        return [ask(memory, locale, "")]
    return [ask(memory, locale, say(locale, "bot.form.problem.confirm"))]


def named_step(text: str, locale: str) -> str | None:
    folded = fold(text)
    for step in STEPS[:-2]:
        if any(re.search(rf"\b{word}", folded) for word in find_sentence(locale, f"bot.form.names.{step}")):
            return step
    return None
