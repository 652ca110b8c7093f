"""domain.yml, the rules, the actions and the moves without Rasa all tell the same story."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from bot.actions.base import HelpdeskAction
from bot.gateway.actions import make_executor
from bot.replies.moves import MOVES
from bot.settings import ROOT


@pytest.fixture(scope="module")
def domain() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "domain.yml").read_text("utf-8")))


@pytest.fixture(scope="module")
def rules() -> dict[str, str]:
    told = yaml.safe_load((ROOT / "bot" / "training" / "rules" / "moves.yml").read_text("utf-8"))
    return {rule["steps"][0]["intent"]: rule["steps"][1]["action"] for rule in told["rules"]}


@pytest.fixture(scope="module")
def actions() -> dict[str, type[HelpdeskAction]]:
    make_executor()
    return {kind.title: kind for kind in HelpdeskAction.__subclasses__()}


def intents_of(domain: dict[str, Any]) -> set[str]:
    return {next(iter(intent)) for intent in domain["intents"]}


def test_every_action_of_the_domain_is_registered(
    domain: dict[str, Any], actions: dict[str, type[HelpdeskAction]]
) -> None:
    assert set(domain["actions"]) == set(actions)


def test_every_intent_has_one_rule(domain: dict[str, Any], rules: dict[str, str]) -> None:
    assert intents_of(domain) == set(rules)


def test_rasa_and_the_fallback_reply_to_an_intent_with_the_same_function(
    rules: dict[str, str], actions: dict[str, type[HelpdeskAction]]
) -> None:
    assert {intent: actions[name].reply for intent, name in rules.items()} == MOVES


def test_what_has_no_rule_is_a_question(actions: dict[str, type[HelpdeskAction]]) -> None:
    config = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))
    policy = next(item for item in config["policies"] if item["name"] == "RulePolicy")
    assert actions[policy["core_fallback_action_name"]].reply is MOVES["question"]


def test_every_intent_has_examples_in_three_languages(domain: dict[str, Any]) -> None:
    for locale, least in (("lv", 25), ("en", 6), ("ru", 5)):
        told = {
            item["intent"]: item["examples"].count("\n")
            for path in sorted((ROOT / "bot" / "training" / "nlu" / locale).glob("*.yml"))
            for item in yaml.safe_load(path.read_text("utf-8"))["nlu"]
        }
        pressed_only = {"feedback"}
        assert set(told) == intents_of(domain) - pressed_only
        assert {name: count for name, count in told.items() if count < least} == {}


def test_every_documented_intent_exists(domain: dict[str, Any]) -> None:
    documented = (ROOT / "docs" / "intents.md").read_text("utf-8")
    assert {name for name in intents_of(domain) - {"feedback"} if f"| `{name}` |" not in documented} == set()
