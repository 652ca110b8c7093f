"""The whole product as its users get it: `helpdesk run` in a folder of its own, with a real Rasa."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import httpx2

from bot.launcher import ports, rasa
from bot.settings import ROOT

T = TypeVar("T")
MODELS = ROOT / "var"
"""Where `make run` keeps its model too: a model already trained there is not trained again for the tests."""


def wait_for(look: Callable[[], T | None], seconds: float, what: str) -> T:
    """The first value that is not None or False."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen within {seconds:.0f} s")


@contextmanager
def alone(name: str) -> Iterator[None]:
    """One process at a time; the others wait."""
    MODELS.mkdir(exist_ok=True)
    with (MODELS / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def trained_model() -> Path:
    """The Rasa model for what is in the repository now, trained if there is none."""
    with alone("training"):
        if not rasa.is_trained(MODELS):
            inputs = rasa.hash_inputs()
            rasa.finish_training(MODELS, rasa.start_training(MODELS).wait(timeout=900), inputs)
    return rasa.model_path(MODELS)


def bring_model(data: Path) -> None:
    model = trained_model()
    (data / "models").mkdir(parents=True, exist_ok=True)
    for file in (model, model.with_suffix(".inputs")):
        shutil.copy(file, data / "models" / file.name)


class Visitor:
    """Someone talking over the public API. The test's end closes every connection (conftest)."""

    met: ClassVar[list[Visitor]] = []

    def __init__(self, base: str, locale: str = "lv") -> None:
        self._client = httpx2.Client(base_url=f"{base}/api/v1", timeout=30, trust_env=False)
        self._listening: AbstractContextManager[httpx2.Response] | None = None
        self._stream: Iterator[str] = iter(())
        self.met.append(self)
        opened = self._client.post("/conversations", json={"locale": locale, "consent": "1"})
        assert opened.status_code == 201, opened.text
        self.id: str = opened.json()["conversation"]["id"]
        self._client.headers["Authorization"] = f"Bearer {opened.json()['token']}"
        self.seen = max(message["seq"] for message in self.messages())

    def leave(self) -> None:
        if self._listening is not None:
            self._listening.__exit__(None, None, None)
        self._client.close()

    def messages(self, after: int = 0) -> list[dict[str, Any]]:
        got = self._client.get(f"/conversations/{self.id}/messages", params={"after": after})
        assert got.status_code == 200, got.text
        return list(got.json()["messages"])

    def say(self, text: str) -> None:
        body = {"id": str(uuid.uuid4()), "text": text}
        sent = self.send(body)
        assert sent.status_code == 202, sent.text

    def send(self, body: dict[str, Any]) -> httpx2.Response:
        """As it is, whatever comes of it."""
        return self._client.post(f"/conversations/{self.id}/messages", json=body)

    @contextmanager
    def events(self, after: int) -> Iterator[Iterator[str]]:
        """The lines of the event stream, from the next message on."""
        path, headers = f"/conversations/{self.id}/events", {"Last-Event-ID": str(after)}
        with self._client.stream("GET", path, headers=headers, timeout=30) as listening:
            yield listening.iter_lines()

    def hear(self, seconds: float = 30) -> list[dict[str, Any]]:
        """What others said since the last time, as soon as there is any."""

        def look() -> list[dict[str, Any]]:
            return [message for message in self.messages(self.seen) if message["author"] != "visitor"]

        said = wait_for(look, seconds, "an answer")
        self.seen = said[-1]["seq"]
        return said

    def ask(self, text: str) -> dict[str, Any]:
        self.say(text)
        return self.hear()[0]

    def ask_quickly(self, text: str) -> None:
        """Ask and wait for the answer on the event stream, as the website's chat does: no polling in between."""
        if self._listening is None:
            headers = {"Last-Event-ID": str(self.seen)}
            path = f"/conversations/{self.id}/events"
            self._listening = self._client.stream("GET", path, headers=headers, timeout=30)
            self._stream = self._listening.__enter__().iter_lines()
        self.say(text)
        for line in self._stream:
            if line.startswith("data:") and '"author":"bot"' in line.replace(": ", ":"):
                return


class Product:
    """A running helpdesk: its processes, its address, its data."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.port = ports.find_free()
        self.base = f"http://127.0.0.1:{self.port}"
        self.output = data / "output.txt"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HELPDESK_")},
            "HELPDESK_DATA": str(data),
            "HELPDESK_PORT": str(self.port),
            "OMP_WAIT_POLICY": "passive",
            **settings,
        }
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [str(Path(sys.executable).parent / "helpdesk"), "run"],
                env=self.environment,
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def health(self) -> dict[str, Any] | None:
        try:
            got = httpx2.get(f"{self.base}/health", timeout=5, trust_env=False)
        except httpx2.HTTPError:
            return None
        return dict(got.json()) if got.status_code == 200 else None

    def wait_serving(self, seconds: float = 120) -> None:
        try:
            wait_for(self.health, seconds, "serving")
        except AssertionError as error:
            error.add_note(self.output.read_text("utf-8", "replace")[-2000:])
            raise

    def wait_rasa(self, seconds: float = 240) -> None:
        def is_up() -> bool:
            health = self.health()
            return health is not None and health["parts"]["rasa"]["state"] == "up"

        wait_for(is_up, seconds, "Rasa answering")

    def part(self, name: str) -> dict[str, Any]:
        return dict(json.loads((self.data / "parts.json").read_text())[name])

    def kill(self, name: str) -> int:
        """Kill a part outright; returns the pid it had."""
        pid = int(self.part(name)["pid"])
        os.kill(pid, signal.SIGKILL)
        return pid

    def command(self, *arguments: str) -> str:
        done = subprocess.run(
            [str(Path(sys.executable).parent / "helpdesk"), *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def interrupt(self) -> int:
        """What Ctrl-C does; returns the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=40)
