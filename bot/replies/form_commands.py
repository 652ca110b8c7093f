"""What moves the form rather than answers it: back, skip, cancel, yes and no, why, and sending it."""

from __future__ import annotations

from collections.abc import Callable

from bot.helpdesk import Helpdesk
from bot.replies import buttons, escalation, person
from bot.replies.form import CODED, REQUIRED, Form
from bot.replies.form_answers import named_step, take_answer
from bot.replies.form_questions import ask, ask_what_to_change, tell_answer, tell_answers
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import say
from handoff.messages import Draft, Effect, MessageKind


def go_back(helpdesk: Helpdesk, situation: Situation, memory: Memory, form: Form) -> list[Draft]:
    moved = form.back()
    memory.form = form.write()
    before = "" if moved else say(situation.locale, "bot.form.at_start")
    return [ask(memory, situation.locale, before)]


def skip(helpdesk: Helpdesk, situation: Situation, memory: Memory, form: Form) -> list[Draft]:
    skipped = form.skip()
    memory.form = form.write()
    before = "" if skipped else say(situation.locale, f"bot.form.problem.required_{form.step}")
    return [ask(memory, situation.locale, before)]


def cancel(helpdesk: Helpdesk, situation: Situation, memory: Memory, form: Form) -> list[Draft]:
    """Nothing is sent; what was told stays for a second try."""
    locale = situation.locale
    memory.told.update({step: value for step, value in form.answers.items() if step in CODED})
    memory.form = None
    offered = (buttons.open_calls(locale), buttons.consultation(locale), buttons.person(locale))
    return [Draft(MessageKind.SMALLTALK, say(locale, "bot.form.cancelled"), locale, buttons=offered)]


def agree(helpdesk: Helpdesk, situation: Situation, memory: Memory, form: Form) -> list[Draft]:
    locale = situation.locale
    if form.step == "confirm":
        return [send(situation, memory, form)]
    if form.step == "consent":
        form.put("consent", "yes")
        memory.form = form.write()
        return [ask(memory, locale, "")]
    return take_answer(helpdesk, situation, memory, form)


def disagree(helpdesk: Helpdesk, situation: Situation, memory: Memory, form: Form) -> list[Draft]:
    """No to the summary: what to change. To consent: nothing can be sent. Elsewhere: the question is left out."""
    locale = situation.locale
    if any(situation.entities.get(step) for step in CODED):
        return take_answer(helpdesk, situation, memory, form)
    step = named_step(situation.text, locale)
    if step and (step in form.answers or form.step == "confirm"):
        form.edit(step)
        memory.form = form.write()
        return [ask(memory, locale, "")]
    if form.step == "confirm":
        return [ask_what_to_change(memory, form, locale)]
    if form.step == "consent":
        return [ask(memory, locale, say(locale, "bot.form.problem.no_consent"))]
    return skip(helpdesk, situation, memory, form)


def send(situation: Situation, memory: Memory, form: Form) -> Draft:
    locale = situation.locale
    memory.told.update({step: value for step, value in form.answers.items() if step in CODED})
    memory.form, memory.misses = None, 0
    topic = form.answers.get("theme")
    summary = "; ".join(tell_answers(form, "lv"))[: person.LONGEST_SUMMARY]
    return Draft(
        MessageKind.HANDOFF,
        say(
            locale,
            "bot.form.sent",
            contact=tell_answer("contact", form.answers.get("contact", "chat"), locale, bare=True),
        ),
        locale,
        effect=Effect(
            "handoff",
            {"reason": escalation.AT_ONCE["ask_person"], "topic": topic, "summary": summary, "form": form.answers},
        ),
        evidence={"decision": "handoff", "confidence": 1.0},
    )


def explain(helpdesk: Helpdesk, situation: Situation, memory: Memory, form: Form) -> list[Draft]:
    """What the question means and why it is asked, and that it can be left out where it can."""
    told = say(situation.locale, f"bot.form.explain.{form.step}")
    if form.step not in REQUIRED:
        told += " " + say(situation.locale, "bot.form.can_skip")
    return [ask(memory, situation.locale, told)]


def resume(helpdesk: Helpdesk, situation: Situation, memory: Memory, form: Form) -> list[Draft]:
    return [ask(memory, situation.locale, say(situation.locale, "bot.form.goes_on"))]


Command = Callable[[Helpdesk, Situation, Memory, Form], list[Draft]]
COMMANDS: dict[str, Command] = {
    "go_back": go_back,
    "skip": skip,
    "cancel": cancel,
    "affirm": agree,
    "deny": disagree,
    "repeat": explain,
    "consultation": resume,
}
