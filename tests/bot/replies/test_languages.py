"""The language of a message is told from few words, and not at all from too few."""

from __future__ import annotations

import json

import pytest

from bot.replies.languages import answer_locale, detect_language
from bot.settings import ROOT


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Kādi konkursi ir atvērti?", "lv"),
        ("kadi konkursi ir atverti", "lv"),
        ("which calls are open", "en"),
        ("какие конкурсы открыты", "ru"),
        ("ok", None),
        ("Cesis", None),
        ("2", None),
    ],
)
def test_language(text: str, language: str | None) -> None:
    assert detect_language(text) == language


def test_russian_is_answered_in_the_language_chosen() -> None:
    assert answer_locale("какие конкурсы открыты", "en") == "en"


def test_nearly_all_utterances_are_answered_in_their_own_language() -> None:
    lines = (ROOT / "tests" / "bot" / "nlu" / "utterances.jsonl").read_text("utf-8").splitlines()
    told = [row for row in map(json.loads, lines) if row["locale"] in ("lv", "en")]
    wrong = [row["text"] for row in told if answer_locale(row["text"], row["locale"]) != row["locale"]]
    assert len(wrong) / len(told) < 0.01, wrong
