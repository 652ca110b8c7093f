"""The question of the form that is open, as a message: what was told so far, the choices, the ways out."""

from __future__ import annotations

from bot.replies import buttons
from bot.replies.form import CODED, STEPS, Form
from bot.replies.memory import Memory
from bot.wording import say
from handoff.messages import Button, Draft, MessageKind
from knowledge.vocabulary import load_vocabularies

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


def ask_what_to_change(memory: Memory, form: Form, locale: str) -> Draft:
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
