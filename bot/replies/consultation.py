"""The consultation form in conversation: asked step by step, interrupted, corrected, and sent to a coordinator."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.helpdesk import Helpdesk
from bot.nlu.text import fold
from bot.replies import buttons, escalation, person
from bot.replies.form import (
    CODED,
    LONG_STORY,
    LONGEST_ANSWER,
    PUZZLED,
    REQUIRED,
    STEPS,
    Form,
    Reading,
    looks_like_address,
    read_answer,
    read_theme,
    take_words,
)
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import find_sentence, say
from handoff.messages import Button, Draft, Effect, MessageKind
from knowledge.vocabulary import load_vocabularies

Reply = Callable[[Helpdesk, Situation, Memory], list[Draft]]

ALWAYS_INTERRUPT = {
    "ask_person", "complaint", "distress", "switch_language", "bot_challenge", "privacy", "help", "insult",
    "feedback",
}  # fmt: skip
"""Never an answer to a question of the form, whatever it asks."""
MAY_INTERRUPT = {
    "question", "list_calls", "call_details", "call_applicants", "call_amount", "call_own_share", "call_deadline",
    "call_apply", "choose", "more", "request_status", "subscribe", "unsubscribe", "review_application",
    "legal_judgement",
    "out_of_scope", "smalltalk", "greet", "thanks", "goodbye", "not_helpful",
}  # fmt: skip
SURE = 0.5
SHORT = 30
"""Letters up to which a message can be a command whatever the form asks."""
STOPS = re.compile(r"\b(?:atcel\w*|beidzam|partrauc\w*|stop|cancel|отмен\w*|хватит)\b")
OPTIONS = {
    "applicant": ("association", "foundation", "municipality", "social_enterprise", "business", "individual"),
    "region": ("riga", "pieriga", "kurzeme", "zemgale", "vidzeme", "latgale", "latvia"),
    "stage": ("idea", "prototype", "pilot", "implementation", "scaling"),
    "theme": (
        "social_services",
        "education",
        "health",
        "environment",
        "employment",
        "ageing",
        "youth",
        "disability",
    ),
}


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
    if command and not _is_story(form, situation):
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


def take_answer(helpdesk: Helpdesk, situation: Situation, memory: Memory, form: Form) -> list[Draft]:
    locale = situation.locale
    if tells_more(form, situation):
        return add_to_matter(situation, memory, form)
    if form.step == "confirm":
        return _correct_or_ask(situation, memory, form)
    corrected = correct(form, situation)
    reading = read_answer(form.step, situation)
    if corrected and form.step == "matter" and len(situation.text) <= LONG_STORY:
        reading = Reading(problem="short_matter")
    if reading.value is not None:
        form.put(form.step, reading.value)
    filled = fill_in(form, situation)
    if reading.value is None and not corrected and not filled:
        words = take_words(form, situation)
        if words is None:
            memory.form = form.write()
            return [ask(memory, locale, say(locale, f"bot.form.problem.{reading.problem}"))]
        form.put(form.step, words)
    memory.form = form.write()
    noted = say(locale, "bot.form.corrected", what=", ".join(corrected)) if corrected else ""
    if filled and not noted:
        noted = say(locale, "bot.form.noted", what=", ".join(filled))
    return [ask(memory, locale, noted)]


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


def ask(memory: Memory, locale: str, before: str) -> Draft:
    """The open question of the form, with why it is asked and ways out."""
    form = Form.read(memory.form or {})
    question = say(locale, f"bot.form.ask.{form.step}")
    if form.step == "confirm":
        told = "\n".join(f"- {answer}" for answer in tell_answers(form, locale))
        question = f"{question}\n{told}\n\n{say(locale, 'bot.form.send_question')}"
    return Draft(
        MessageKind.FORM,
        f"{before}\n\n{question}" if before else question,
        locale,
        buttons=tuple(form_buttons(form, locale)),
        data={"form": form.write() | {"place": form.place, "of": len(STEPS)}},
        evidence={"decision": "form", "confidence": 1.0},
    )


def form_buttons(form: Form, locale: str) -> list[Button]:
    offered = [
        buttons.button(tell_answer(form.step, code, locale, bare=True), "inform", **{form.step: code})
        for code in OPTIONS.get(form.step, ())
    ]
    if form.step == "contact":
        offered.append(buttons.button(say(locale, "bot.form.here"), "inform", contact="chat"))
    if form.step == "consent":
        offered.append(buttons.button(say(locale, "bot.form.agree"), "affirm"))
    if form.step == "confirm":
        offered.append(buttons.button(say(locale, "bot.form.send"), "affirm"))
        offered.append(buttons.button(say(locale, "bot.form.change"), "deny"))
    if form.step in (*CODED, "matter"):
        offered.append(buttons.button(say(locale, "bot.form.skip"), "skip"))
    if form.place > 1 and form.step != "confirm":
        offered.append(buttons.button(say(locale, "bot.form.back"), "go_back"))
    return [*offered, buttons.button(say(locale, "bot.form.cancel"), "cancel")]


def tell_answers(form: Form, locale: str) -> list[str]:
    return [
        tell_answer(step, form.answers[step], locale)
        for step in STEPS
        if step in form.answers and step not in ("consent", "confirm")
    ]


def tell_answer(step: str, value: str, locale: str, *, bare: bool = False) -> str:
    """ "Kur – Cēsu novads", or the value alone."""
    if step in CODED:
        told = load_vocabularies()[step].terms[value].label(locale) if _is_code(step, value) else value
    elif step == "contact" and value == "chat":
        told = say(locale, "bot.form.in_chat")
    else:
        told = value
    return told if bare else f"{say(locale, f'bot.form.label.{step}')} – {told}"


def _is_code(step: str, value: str) -> bool:
    return value in load_vocabularies()[step].terms


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
        return [_ask_what_to_change(memory, form, locale)]
    if form.step == "consent":
        return [ask(memory, locale, say(locale, "bot.form.problem.no_consent"))]
    return skip(helpdesk, situation, memory, form)


def _ask_what_to_change(memory: Memory, form: Form, locale: str) -> Draft:
    offered = [
        buttons.button(say(locale, f"bot.form.label.{step}"), "inform", edit=step)
        for step in STEPS
        if step not in ("consent", "confirm")
    ]
    return Draft(
        MessageKind.FORM,
        say(locale, "bot.form.what_to_change"),
        locale,
        buttons=(*offered, buttons.button(say(locale, "bot.form.cancel"), "cancel")),
        data={"form": form.write() | {"place": form.place, "of": len(STEPS)}},
    )


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
    return begin(helpdesk, situation, memory)


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
