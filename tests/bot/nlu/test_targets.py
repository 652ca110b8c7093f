"""The trained model understands the utterances written apart from its training as well as was promised."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bot.launcher import rasa
from bot.settings import ROOT
from tests.e2e.product.product import trained_model

ACCURACY = {"lv": 0.93, "en": 0.93, "ru": 0.88}
ENTITY_F1 = {"lv": 0.90}
OUT_OF_SCOPE_RECALL = 0.90
WRONGLY_REFUSED = 0.03
PARSE_TO_ENCODING = 1.4
"""Parsing costs at most this many times the encoding it contains; the test allows a noisy machine a half more."""


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    report: Path = tmp_path_factory.mktemp("nlu") / "report.json"
    subprocess.run(
        [ROOT / ".venv-rasa/bin/python", "-m", "benchmarks.nlu", "--model", trained_model(), "--json", report],
        cwd=ROOT,
        env={**os.environ, **rasa.QUIET, "OMP_NUM_THREADS": "1"},
        check=True,
        capture_output=True,
        timeout=280,
    )
    return dict(json.loads(report.read_text("utf-8"))["pipelines"][0])


@pytest.mark.parametrize("locale", ACCURACY)
def test_intents_are_recognised(measured: dict[str, Any], locale: str) -> None:
    assert measured["accuracy"][locale] >= ACCURACY[locale], measured["confusions"]


@pytest.mark.parametrize("locale", ENTITY_F1)
def test_entities_are_found(measured: dict[str, Any], locale: str) -> None:
    assert measured["entity_f1"][locale] >= ENTITY_F1[locale]


def test_what_is_out_of_scope_is_refused_and_little_else(measured: dict[str, Any]) -> None:
    assert measured["out_of_scope_recall"] >= OUT_OF_SCOPE_RECALL
    assert measured["wrongly_refused"] <= WRONGLY_REFUSED


def test_parsing_costs_little_more_than_the_encoding(measured: dict[str, Any]) -> None:
    assert measured["parse_to_encoding_p50"] <= PARSE_TO_ENCODING * 1.5
