"""One question through the whole product, against bare Rasa and against Rasa's own default bot, in the same run.

The product's time is from sending the message to having its answer from the public API. Bare Rasa is one round
trip to Rasa's REST channel of a bot that only echoes: ours is its default pipeline (DIET and TED), trained here.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psutil

from bot.launcher import ports, rasa
from tests.e2e.product.product import Product, Visitor, bring_model, wait_for

QUESTIONS = (
    "Kas ir sociālā inovācija?",
    "Kādi projektu konkursi ir atvērti?",
    "Kas vada kompetences centru?",
    "Kādi ir sociālās inovācijas posmi?",
    "kam ir domats pasakums 4.4.1.1",
    "Cik koordinatoru būs centrā?",
    "What is social innovation?",
    "Kāds ir līdzfinansējums NCC konkursā?",
)
ROUNDS = 8
DEFAULT_BOT = {
    "config.yml": """
recipe: default.v1
language: lv
pipeline:
- name: WhitespaceTokenizer
- name: RegexFeaturizer
- name: LexicalSyntacticFeaturizer
- name: CountVectorsFeaturizer
- name: CountVectorsFeaturizer
  analyzer: char_wb
  min_ngram: 1
  max_ngram: 4
- name: DIETClassifier
  epochs: 100
- name: FallbackClassifier
  threshold: 0.3
policies:
- name: MemoizationPolicy
- name: RulePolicy
- name: TEDPolicy
  max_history: 5
  epochs: 100
""",
    "domain.yml": """
version: "3.1"
intents: [greet, question, bye]
responses:
  utter_echo:
  - text: "echo"
session_config:
  session_expiration_time: 0
  carry_over_slots_to_new_session: false
""",
    "data/nlu.yml": """
version: "3.1"
nlu:
- intent: greet
  examples: |
    - labdien
    - sveiki
    - čau
    - hello
- intent: question
  examples: |
    - kas ir sociālā inovācija
    - kādi konkursi ir atvērti
    - kas vada centru
    - what is social innovation
- intent: bye
  examples: |
    - paldies, uz redzēšanos
    - atā
    - goodbye
""",
    "data/rules.yml": """
version: "3.1"
rules:
- rule: echo a greeting
  steps:
  - intent: greet
  - action: utter_echo
- rule: echo a question
  steps:
  - intent: question
  - action: utter_echo
stories:
- story: talk
  steps:
  - intent: greet
  - action: utter_echo
  - intent: bye
  - action: utter_echo
""",
    "credentials.yml": "rest:\n",
    "endpoints.yml": "",
}


def measure(once: Callable[[str], None]) -> list[float]:
    """Milliseconds a question, after one round to warm up."""
    for question in QUESTIONS:
        once(question)
    times = []
    for question in itertools.chain.from_iterable([QUESTIONS] * ROUNDS):
        began = time.perf_counter()
        once(question)
        times.append((time.perf_counter() - began) * 1000)
    return times


def tell(name: str, times: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(times, n=20)
    print(f"{name:34} p50 {cuts[9]:7.1f} ms   p95 {cuts[18]:7.1f} ms   ({len(times)} questions)")
    return cuts[9], cuts[18]


def memory(pid: int) -> float:
    """Megabytes held by a process and all its children (proportional set size: shared pages counted once)."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return sum(process.memory_full_info().pss for process in family) / 1e6


@contextmanager
def product() -> Iterator[Product]:
    with tempfile.TemporaryDirectory() as folder:
        bring_model(Path(folder))
        began = time.monotonic()
        running = Product(
            Path(folder), HELPDESK_CONVERSATION_RATE="100000/minute", HELPDESK_ADDRESS_RATE="100000/minute"
        )
        try:
            running.wait_serving()
            print(f"{'serving pages after':34} {time.monotonic() - began:7.1f} s")
            running.wait_rasa()
            print(f"{'Rasa up after':34} {time.monotonic() - began:7.1f} s")
            yield running
        finally:
            running.interrupt()


@contextmanager
def default_bot() -> Iterator[tuple[str, int]]:
    """Rasa's default pipeline, trained and served; its address and pid."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in DEFAULT_BOT.items():
            file = Path(folder) / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
        environment = {**os.environ, **rasa.QUIET}
        subprocess.run([rasa.BINARY, "train", "--quiet"], cwd=folder, env=environment, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        port, began = ports.find_free(), time.monotonic()
        serve = [rasa.BINARY, "run", "--interface", "127.0.0.1", "--port", str(port)]
        process = subprocess.Popen(
            serve, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        url = f"http://127.0.0.1:{port}"
        try:
            wait_for(lambda: answers(url), 300, "the default bot answering")
            print(f"{'default bot up after':34} {time.monotonic() - began:7.1f} s")
            yield url, process.pid
        finally:
            process.terminate()
            process.wait()


def answers(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=2, trust_env=False).status_code == 200
    except httpx2.HTTPError:
        return False


def main() -> None:
    with product() as running, default_bot() as (url, pid), httpx2.Client(trust_env=False, timeout=30) as client:
        visitor = Visitor(running.base)
        sender = itertools.count()

        def echo(question: str) -> None:
            body = {"sender": f"bench-{next(sender) % 4}", "message": question}
            client.post(f"{url}/webhooks/rest/webhook", json=body).raise_for_status()

        def ask(question: str) -> None:
            visitor.ask_quickly(question)

        # The two take turns, so that a noisy minute of the machine falls on both.
        ours, theirs = [], []
        for _ in range(2):
            theirs += measure(echo)
            ours += measure(ask)
        their_p50, their_p95 = tell("Rasa's default bot, echo over REST", theirs)
        our_p50, our_p95 = tell("whole product, question to answer", ours)
        print(f"{'ratio':34} p50 {our_p50 / their_p50:7.2f}      p95 {our_p95 / their_p95:7.2f}")
        print(f"{'memory, Rasa default bot':34} {memory(pid):7.0f} MB")
        print(f"{'memory, whole product':34} {memory(running.process.pid):7.0f} MB")
        print(json.dumps({"ratio_p50": our_p50 / their_p50, "ratio_p95": our_p95 / their_p95}))
