"""What a message was about, in codes, for the reports: kept when its words are erased."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.helpdesk import Helpdesk
from bot.replies.call_search import THEME_OF_GROUP
from bot.replies.languages import detect_language
from bot.replies.situation import Situation
from handoff.messages import Draft, MessageKind

CODED = ("theme", "region", "applicant")


def tell_subject(helpdesk: Helpdesk, situation: Situation, drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts, the first with the subject in its evidence, from where handoff.figures takes it."""
    about = {name: value for name in CODED if (value := situation.first(name))}
    theme = about.get("theme") or find_theme(helpdesk, situation, drafts)
    language = None if situation.value else detect_language(situation.text)
    told = {**about, **({"theme": theme} if theme else {}), **({"language": language} if language else {})}
    if not drafts or not told:
        return list(drafts)
    return [replace(drafts[0], evidence={**drafts[0].evidence, "about": told}), *drafts[1:]]


def find_theme(helpdesk: Helpdesk, situation: Situation, drafts: Sequence[Draft]) -> str | None:
    """Of the group of people that was named, else of the text that answered, if that has one theme only."""
    if group := situation.first("target_group"):
        return THEME_OF_GROUP.get(group)
    source = next(
        (draft.sources[0] for draft in drafts if draft.kind is MessageKind.ANSWER and draft.sources), None
    )
    document = helpdesk.knowledge.catalogue.document(source.document) if source else None
    return document.themes[0] if document and len(document.themes) == 1 else None
