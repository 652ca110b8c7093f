"""A draft of a question and its answer, made of what a visitor asked and a coordinator wrote."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from bot.helpdesk import Helpdesk
from bot.wording import say
from handoff.anonymising import anonymise, find_names, names_in, strip_courtesies
from handoff.folding import fold
from handoff.messages import Author, Message
from handoff.views import Dossier
from knowledge.catalogue import Catalogue
from knowledge.document import Kind
from knowledge.loose_file import LONGEST_SUMMARY
from knowledge.passages import slugify
from knowledge.vocabulary import load_vocabularies

LONGEST_TITLE = 160
MOST_THEMES = 3
Texts = dict[str, dict[str, str]]
_SENTENCE = re.compile(r"[^.!?…\n]+[.!?…]*")


def draft_answer(
    helpdesk: Helpdesk,
    *,
    question: str,
    replies: Sequence[str],
    locale: str,
    names: Collection[str] = (),
    theme: str | None = None,
) -> tuple[dict[str, Any], Texts]:
    """The shared fields and the texts. Russian words are drafted into Latvian, for a person to translate."""
    told = locale if locale in ("lv", "en") else "lv"
    public = list_public(helpdesk)
    names = [*names, *find_names(question)]
    asked = anonymise(question, names=names, public=public)
    body = "\n\n".join(strip_courtesies(anonymise(one, names=names, public=public)) for one in replies).strip()
    title = find_question(asked)
    fields = {
        "id": free_id(helpdesk.knowledge.catalogue, title),
        "kind": str(Kind.FAQ),
        "themes": find_themes(f"{asked}\n{body}", theme),
        "source": say(told, "learning.source", year=today(helpdesk).year),
    }
    return fields, {told: {"title": title, "summary": summarise(body), "body": body}}


def draft_from_dossier(
    helpdesk: Helpdesk, dossier: Dossier, question: str, colleagues: Iterable[str]
) -> tuple[dict[str, Any], Texts]:
    """`colleagues` are names of coordinators: they sign, but are not part of an answer."""
    form = dossier.form
    names = [*names_in(str(form.get("contact") or "")), *names_in(str(form.get("name") or ""))]
    for said in dossier.messages:
        if said.author is Author.VISITOR:
            names += find_names(said.text)
    names += [word for name in colleagues for word in name.split()]
    return draft_answer(
        helpdesk,
        question=question,
        replies=[one.text for one in dossier.messages if is_reply(one, dossier.request.created_at)],
        locale=dossier.request.locale,
        names=names,
        theme=dossier.request.topic or str(form.get("theme") or "") or None,
    )


def is_reply(message: Message, since: datetime) -> bool:
    return message.author is Author.COORDINATOR and bool(message.text.strip()) and message.created_at >= since


def today(helpdesk: Helpdesk) -> date:
    return helpdesk.clock().astimezone(helpdesk.settings.zone).date()


def list_public(helpdesk: Helpdesk) -> list[str]:
    """Addresses and numbers that the library itself tells, and our own."""
    told = [helpdesk.settings.contact_email, helpdesk.settings.contact_phone]
    for document in helpdesk.knowledge.catalogue.documents:
        contact = document.fields.get("contact") or {}
        told += [contact.get("email"), contact.get("phone")]
    return [str(one) for one in told if one]


def find_question(text: str) -> str:
    """The sentence that asks, as a title: what else was told stays in the conversation."""
    cleaned = strip_courtesies(text)
    sentences = [one.strip() for one in _SENTENCE.findall(cleaned) if one.strip()]
    asking = [one for one in sentences if one.endswith("?")]
    chosen = asking[-1] if asking else (sentences[0] if sentences else cleaned)
    chosen = " ".join(chosen.split())
    if len(chosen) > LONGEST_TITLE:
        chosen = chosen[: LONGEST_TITLE - 1].rsplit(" ", 1)[0] + "…"
    return chosen[:1].upper() + chosen[1:]


def summarise(body: str) -> str:
    """The first sentences of the answer."""
    made = ""
    for sentence in _SENTENCE.findall(body.replace("**", "")):
        if made and len(made) + len(sentence) > LONGEST_SUMMARY:
            break
        made = f"{made} {sentence.strip()}".strip()
    return made[:LONGEST_SUMMARY]


def free_id(catalogue: Catalogue, title: str, taken: Collection[str] = ()) -> str:
    """An id that no document has."""
    known = {document.id for document in catalogue.documents} | set(taken)
    stem = slugify(title)[:60].strip("-") or "jautajums"
    identifier, number = stem, 2
    while identifier in known:
        identifier, number = f"{stem}-{number}", number + 1
    return identifier


def find_themes(text: str, first: str | None = None) -> list[str]:
    """Themes whose words occur in the text; `first` goes before them."""
    terms = load_vocabularies()["theme"].terms
    words = f" {re.sub(r'[^a-z0-9а-я ]', ' ', fold(text))} "
    found = [first] if first in terms else []
    for code, term in terms.items():
        forms = [form for told in term.forms.values() for form in told]
        if code not in found and any(f" {fold(form)} " in words for form in forms):
            found.append(code)
    return [code for code in found if code][:MOST_THEMES]
