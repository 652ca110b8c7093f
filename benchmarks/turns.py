"""One question through the whole product, against bare Rasa and against Rasa's own default bot, in the same run.

The product's time is from sending the message to having its answer from the public API. Bare Rasa is one round
trip to Rasa's REST channel of a bot that only echoes, with Rasa's default pipeline (DIET and TED), trained here:
once a bot whose answer is a fixed word, and once one that says back what was said, which takes an action, as ours
does.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

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
ECHO = """
from rasa_sdk import Action

class Echo(Action):
    def name(self):
        return "action_echo"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text=tracker.latest_message["text"])
        return []
"""


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


def write_bot(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)


def with_action(port: int) -> dict[str, str]:
    """The same bot, saying back what was said by an action of Rasa's own SDK."""
    files = {name: text.replace("utter_echo", "action_echo") for name, text in DEFAULT_BOT.items()}
    domain = 'version: "3.1"\nintents: [greet, question, bye]\nactions: [action_echo]\n'
    endpoint = f"action_endpoint:\n  url: http://127.0.0.1:{port}/webhook\n"
    session = DEFAULT_BOT["domain.yml"].partition("session_config")[1:]
    return {**files, "domain.yml": domain + "".join(session), "endpoints.yml": endpoint, "actions.py": ECHO}


@contextmanager
def echo_by_action() -> Iterator[str]:
    """The default bot with an action server; its address."""
    port = ports.find_free()
    with tempfile.TemporaryDirectory() as folder:
        write_bot(Path(folder), {"actions.py": ECHO})
        serve = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(port)]
        actions = subprocess.Popen(serve, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with default_bot(with_action(port)) as (url, _):
                yield url
        finally:
            actions.terminate()
            actions.wait()


@contextmanager
def default_bot(files: dict[str, str]) -> Iterator[tuple[str, int]]:
    """Rasa's default pipeline, trained and served; its address and pid."""
    with tempfile.TemporaryDirectory() as folder:
        write_bot(Path(folder), files)
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


def make_echo(client: httpx2.Client, url: str) -> Callable[[str], None]:
    """Each round has conversations of its own, of thirty-two messages each."""
    name, sender = uuid4(), itertools.count()

    def echo(question: str) -> None:
        body = {"sender": f"{name}-{next(sender) % 4}", "message": question}
        answer = client.post(f"{url}/webhooks/rest/webhook", json=body).raise_for_status().json()
        assert answer, "the bot said nothing"

    return echo


def main() -> None:
    with (
        product() as running,
        default_bot(DEFAULT_BOT) as (url, pid),
        echo_by_action() as acting,
        httpx2.Client(trust_env=False, timeout=30) as client,
    ):
        visitor = Visitor(running.base)
        # They take turns, so that a noisy minute of the machine falls on all of them.
        ours, fixed, acted = [], [], []
        for _ in range(3):
            fixed += measure(make_echo(client, url))
            acted += measure(make_echo(client, acting))
            ours += measure(visitor.ask_quickly)
        their_p50, their_p95 = tell("Rasa's default bot, a fixed answer", fixed)
        action_p50, action_p95 = tell("Rasa's default bot, an action", acted)
        our_p50, our_p95 = tell("whole product, question to answer", ours)
        print(f"{'ratio to a fixed answer':34} p50 {our_p50 / their_p50:7.2f}      p95 {our_p95 / their_p95:7.2f}")
        print(f"{'ratio to an action':34} p50 {our_p50 / action_p50:7.2f}      p95 {our_p95 / action_p95:7.2f}")
        print(f"{'memory, Rasa default bot':34} {memory(pid):7.0f} MB")
        print(f"{'memory, whole product':34} {memory(running.process.pid):7.0f} MB")
        print(json.dumps({"ratio_p50": our_p50 / their_p50, "ratio_p95": our_p95 / their_p95}))
