"""How well messages are understood: our pipeline beside Rasa's default one (DIET), in one run on one machine.

Runs in Rasa's environment, from the repository's root:

    .venv-rasa/bin/python -m benchmarks.nlu [--pipelines ours,diet] [--epochs 100] [--json FILE]

Every pipeline is trained on bot/training/nlu and measured on tests/bot/nlu/utterances.jsonl, which was written
apart from it. DIET learns intents only: the examples are not annotated, since our entities come from the
vocabularies. With `--model FILE` a trained model is measured and nothing is trained.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.update(
    RASA_TELEMETRY_ENABLED="false", TF_CPP_MIN_LOG_LEVEL="3", OMP_WAIT_POLICY="passive", PYTHONWARNINGS="ignore"
)

import yaml

ROOT = Path(__file__).resolve().parent.parent
UTTERANCES = ROOT / "tests" / "bot" / "nlu" / "utterances.jsonl"
REFUSED = "out_of_scope"


def default_pipeline(epochs: int) -> list[dict[str, Any]]:
    """What `rasa init` of 3.6 writes, without the response selector."""
    return [
        {"name": "WhitespaceTokenizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True, "entity_recognition": False},
        {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
    ]


def write_config(folder: Path, pipeline: list[dict[str, Any]]) -> Path:
    path = folder / "config.yml"
    told = {"recipe": "default.v1", "assistant_id": "bench", "language": "lv", "pipeline": pipeline}
    path.write_text(yaml.safe_dump(told, allow_unicode=True), "utf-8")
    return path


def train(config: Path, folder: Path) -> tuple[str, float]:
    from rasa.model_training import train_nlu

    began = time.monotonic()
    model = train_nlu(str(config), str(ROOT / "bot" / "training" / "nlu"), str(folder), fixed_model_name="bench")
    return str(model), time.monotonic() - began


async def parse(model: str, rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[float], list[float]]:
    """What was understood, and milliseconds a text: parsing it, and the sentence encoding alone. Each text is
    encoded right before it is parsed, so that both meet the same noise of the machine."""
    from rasa.core.agent import Agent

    from bot.nlu.example_vectors import load_encoder

    agent, encoder = Agent.load(model), load_encoder()
    await agent.parse_message("labdien")
    parsed, took, encoding = [], [], []
    for row in rows:
        began = time.perf_counter()
        encoder.query(row["text"])
        encoded = time.perf_counter()
        parsed.append(await agent.parse_message(row["text"]))
        encoding.append((encoded - began) * 1000)
        took.append((time.perf_counter() - encoded) * 1000)
    return parsed, took, encoding


def accuracy(rows: list[dict[str, Any]], parsed: list[dict[str, Any]]) -> dict[str, float]:
    right: dict[str, list[bool]] = defaultdict(list)
    for row, told in zip(rows, parsed, strict=True):
        right[row["locale"]].append(told["intent"]["name"] == row["intent"])
    return {locale: sum(found) / len(found) for locale, found in right.items()}


def refusals(rows: list[dict[str, Any]], parsed: list[dict[str, Any]]) -> tuple[float, float]:
    """Recall of what is out of scope, and the share of everything else that was refused."""
    refused = [told["intent"]["name"] == REFUSED for told in parsed]
    inside = [no for row, no in zip(rows, refused, strict=True) if row["intent"] != REFUSED]
    outside = [no for row, no in zip(rows, refused, strict=True) if row["intent"] == REFUSED]
    return sum(outside) / len(outside), sum(inside) / len(inside)


def entity_f1(rows: list[dict[str, Any]], parsed: list[dict[str, Any]]) -> dict[str, float]:
    """Over (entity, value) pairs of each utterance, places in the text aside."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    annotated = [(row, told) for row, told in zip(rows, parsed, strict=True) if "entities" in row]
    for row, told in annotated:
        meant = {(item["entity"], item["value"]) for item in row["entities"]}
        found = {(item["entity"], item["value"]) for item in told["entities"]}
        for place, amount in enumerate((len(meant & found), len(found - meant), len(meant - found))):
            counts[row["locale"]][place] += amount
    return {locale: 2 * hit / (2 * hit + extra + missed) for locale, (hit, extra, missed) in counts.items()}


def confusions(rows: list[dict[str, Any]], parsed: list[dict[str, Any]]) -> list[str]:
    return [
        f"{row['locale']}: {row['intent']} taken for {told['intent']['name']} ({told['intent']['confidence']:.2f})"
        for row, told in zip(rows, parsed, strict=True)
        if told["intent"]["name"] != row["intent"]
    ]


def train_and_measure(name: str, pipeline: list[dict[str, Any]], rows: list[dict[str, Any]]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        model, seconds = train(write_config(Path(scratch), pipeline), Path(scratch))
        return measure(name, model, rows) | {"training_seconds": seconds}


def measure(name: str, model: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    parsed, took, encoding = asyncio.run(parse(model, rows))
    ratios = sorted(whole / part for whole, part in zip(took, encoding, strict=True))
    took.sort()
    encoding.sort()
    recall, wrongly = refusals(rows, parsed)
    return {
        "pipeline": name,
        "accuracy": accuracy(rows, parsed),
        "entity_f1": entity_f1(rows, parsed),
        "out_of_scope_recall": recall,
        "wrongly_refused": wrongly,
        "parse_ms_p50": took[len(took) // 2],
        "parse_ms_p95": took[int(len(took) * 0.95)],
        "encoding_ms_p50": encoding[len(encoding) // 2],
        "parse_to_encoding_p50": ratios[len(ratios) // 2],
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "confusions": confusions(rows, parsed),
    }


def compare(given: argparse.Namespace, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ours = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))["pipeline"]
    known = {"ours": ours, "diet": default_pipeline(given.epochs)}
    return [train_and_measure(name, known[name], rows) for name in given.pipelines.split(",")]


def main(arguments: Sequence[str] = ()) -> int:
    """In another environment than Rasa's, runs itself there."""
    if importlib.util.find_spec("rasa") is None:
        command = [str(ROOT / ".venv-rasa" / "bin" / "python"), "-m", "benchmarks.nlu", *arguments]
        return subprocess.run(command, cwd=ROOT, check=False).returncode
    return run(arguments)


def run(arguments: Sequence[str]) -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pipelines", default="ours,diet")
    options.add_argument("--epochs", type=int, default=100)
    options.add_argument("--model", type=Path)
    options.add_argument("--json", type=Path)
    given = options.parse_args(arguments)
    sys.path.insert(0, str(ROOT))
    rows = [json.loads(line) for line in UTTERANCES.read_text("utf-8").splitlines()]
    results = [measure("given", str(given.model), rows)] if given.model else compare(given, rows)
    told = {"utterances": len(rows), "pipelines": results}
    print(json.dumps(told, ensure_ascii=False, indent=1))
    if given.json:
        given.json.write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
