"""lv and en say the same things: same keys, same facts filled in."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import wording
from bot.settings import ROOT
from bot.wording import say

FOLDER = Path(wording.__file__).parent
AREAS = sorted({path.stem for path in FOLDER.glob("*/*.yml")})
PLURALS = {"zero", "one", "other"}


def sentences(tree: Any, path: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    if isinstance(tree, dict) and "other" in tree and set(tree) <= PLURALS:
        yield path, frozenset(re.findall(r"{(\w+)[^}]*}", " ".join(tree.values()))) - {"count"}
    elif isinstance(tree, dict):
        for key, value in tree.items():
            assert isinstance(key, str), f"{path}: the key {key!r} is no text to YAML: put it in quotes"
            yield from sentences(value, f"{path}.{key}")
    elif isinstance(tree, list):
        yield f"{path}[{len(tree)}]", frozenset()
    else:
        assert isinstance(tree, str), f"{path} is {tree!r}, not a text: put it in quotes"
        yield path, frozenset(re.findall(r"{(\w+)[^}]*}", tree)) - {"count"}


@pytest.mark.parametrize("area", AREAS)
def test_both_languages_say_the_same_things(area: str) -> None:
    told = {
        loc: dict(sentences(yaml.safe_load((FOLDER / loc / f"{area}.yml").read_text("utf-8"))))
        for loc in ("lv", "en")
    }
    assert told["lv"] == told["en"]


def test_every_intent_has_words_for_coordinators() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    intents = {next(iter(intent)) if isinstance(intent, dict) else intent for intent in domain["intents"]}
    assert set(yaml.safe_load((FOLDER / "lv" / "intents.yml").read_text("utf-8"))) == intents


def test_latvian_plurals_follow_the_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    days = {"days": {"zero": "{count} dienu", "one": "{count} diena", "other": "{count} dienas"}}
    monkeypatch.setattr(wording, "load_area", lambda locale, area: days)
    assert [say("lv", "calls.days", count=n) for n in (1, 2, 11, 21)] == [
        "1 diena",
        "2 dienas",
        "11 dienu",
        "21 diena",
    ]
