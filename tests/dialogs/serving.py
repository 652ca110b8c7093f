"""A real Rasa server and the actions it calls, for the dialogues of one test run."""

from __future__ import annotations

import os
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from bot.gateway.actions import make_actions_app
from bot.launcher import ports, rasa
from bot.launcher.parts import die_with_parent
from bot.settings import ROOT
from tests.dialogs.player import Rasas

SECRET = "only-for-this-run"
MAY_START_IN = 180.0


@contextmanager
def serve_actions() -> Iterator[int]:
    """In a thread of this process, so that they use the helpdesk the player sets."""
    port = ports.find_free()
    config = uvicorn.Config(
        make_actions_app(SECRET), host="127.0.0.1", port=port, log_config=None, access_log=False, lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join(20)


@contextmanager
def serve_rasa(data: Path) -> Iterator[Rasas]:
    """`data` holds the trained model."""
    port = ports.find_free()
    with serve_actions() as actions, (data / "rasa.log").open("wb") as log:
        environment = {
            **os.environ,
            **rasa.QUIET,
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": str(ROOT),
            "HELPDESK_RASA_SECRET": SECRET,
            "HELPDESK_ACTION_URL": f"http://127.0.0.1:{actions}/internal/actions/webhook",
        }
        process = subprocess.Popen(
            rasa.server_command(data, port),
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent,
        )
        try:
            wait_until_up(process, f"http://127.0.0.1:{port}/")
            yield Rasas(f"http://127.0.0.1:{port}", SECRET, log=data / "rasa.log")
        finally:
            process.terminate()
            process.wait(30)


def wait_until_up(process: subprocess.Popen[bytes], url: str) -> None:
    end = time.monotonic() + MAY_START_IN
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.3)
    raise AssertionError("Rasa did not come up")
