"""What codes are called in the page's language."""

from __future__ import annotations

from bot.helpdesk import Helpdesk
from bot.wording import UnknownSentence, say
from knowledge.vocabulary import load_vocabularies


def name_code(locale: str, vocabulary: str, code: str) -> str:
    """Of the vocabulary of `theme`, `region` or `applicant`; a code it does not know is its own name."""
    term = load_vocabularies()[vocabulary].terms.get(code)
    return term.label(locale) if term else code


def name_word(locale: str, key: str, code: str) -> str:
    """Of a reason, an outcome, a channel, a language: the sentence under `key`."""
    try:
        return say(locale, f"{key}.{code}")
    except UnknownSentence:
        return code


def name_document(helpdesk: Helpdesk, key: str) -> str:
    document = helpdesk.knowledge.catalogue.document(key)
    return document.title if document else key
