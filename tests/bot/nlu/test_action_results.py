"""Rasa's check of what actions give back, compiled once: asked of Rasa itself, in its own environment."""

from __future__ import annotations

import json
import subprocess

from bot.launcher.rasa import QUIET
from bot.settings import ROOT

RESULTS = [
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "name": "memory", "value": {"a": 1}}], "responses": [{"custom": {"draft": {}}}]},
    {"events": [{"event": "slot"}], "responses": []},
    {"events": [{"name": "no event"}], "responses": []},
    {"events": "none", "responses": []},
    {"events": [], "responses": [7]},
    {"events": [], "responses": {}},
]
COMPARE = """
import json, sys
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from bot.nlu import action_results

def judge(check, result):
    try:
        return check(RemoteAction("action_answer", None), result)
    except ValidationError:
        return False

results = json.load(sys.stdin)
theirs = [judge(RemoteAction._validate_action_result, result) for result in results]
action_results.install()
ours = [judge(RemoteAction._validate_action_result, result) for result in results]
print(json.dumps([theirs, ours]))
"""


def test_the_same_answers_are_refused_as_by_rasa() -> None:
    told = subprocess.run(
        [ROOT / ".venv-rasa/bin/python", "-c", COMPARE],
        input=json.dumps(RESULTS),
        env={**QUIET, "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    theirs, ours = json.loads(told.stdout.splitlines()[-1])
    assert ours == theirs
    assert set(ours) == {True, False}
