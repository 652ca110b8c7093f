"""`helpdesk run`: the application at once, Rasa as soon as its model is there, all of it until Ctrl-C."""

from __future__ import annotations

import os
import secrets
import signal
import sys
import time
import urllib.error
import urllib.request
from functools import partial
from http.client import HTTPException
from pathlib import Path

from bot.launcher import ports, rasa
from bot.launcher.parts import Part
from bot.launcher.supervisor import Supervisor
from bot.settings import ROOT, Settings

APPLICATION_MAY_DIE = 4
ANSWERS_WITHIN = 10.0
"""Seconds one that is alive takes for the least question, on the busiest machine."""
ENCODES_SAFELY = {"OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": "1"}


def say(text: str) -> None:
    print(f"[helpdesk] {text}", flush=True)


class PortTaken(Exception):
    """Somebody else listens on the port we were told to use."""


def launch(settings: Settings) -> int:
    """Exit status: 0 after Ctrl-C, 1 when the application died for good. Raises PortTaken."""
    if not ports.is_free(settings.host, settings.port):
        raise PortTaken
    settings.data.mkdir(parents=True, exist_ok=True)
    supervisor = Supervisor(say, settings.data / "parts.json")
    supervisor.install_signals()
    links = Links(settings)
    say(f"data in {settings.data}")
    try:
        supervisor.add(application(settings, links))
        if supervisor.wait(until=links.application_answers):
            run_rasa(settings, supervisor, links)
            supervisor.wait(until=lambda: False)
    finally:
        say("stopping …")
        supervisor.stop()
        say("stopped")
    return 1 if supervisor.failed else 0


class Links:
    """Ports and the secret that tie the two processes together; fresh at every start unless set."""

    def __init__(self, settings: Settings) -> None:
        self.rasa_port = ports.find_free()
        self.actions_port = ports.find_free()
        given = settings.rasa_secret
        self.secret = given.get_secret_value() if given else secrets.token_urlsafe(32)
        self.rasa_url = settings.rasa_url or f"http://127.0.0.1:{self.rasa_port}"
        host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104
        self.health = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/health"

    def application_answers(self) -> bool:
        return answers(self.health, 1)


def answers(url: str, timeout: float) -> bool:
    """With whatever status: it is alive."""
    try:
        with urllib.request.urlopen(url, timeout=timeout):  # noqa: S310 - our own address
            return True
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError, HTTPException):
        return False


def application(settings: Settings, links: Links) -> Part:
    environment = {
        **ENCODES_SAFELY,
        "HELPDESK_DATA": str(settings.data),
        "HELPDESK_PORT": str(settings.port),
        "HELPDESK_HOST": settings.host,
        "HELPDESK_RASA_URL": links.rasa_url,
        "HELPDESK_RASA_SECRET": links.secret,
        "HELPDESK_RASA_SECRET_FILE": "",
        "HELPDESK_ACTIONS_PORT": str(links.actions_port),
    }
    command = [sys.executable, "-m", "bot.serve"]
    alive = partial(answers, links.health, ANSWERS_WITHIN)
    return Part("application", command, environment, may_die=APPLICATION_MAY_DIE, answers=alive)


def run_rasa(settings: Settings, supervisor: Supervisor, links: Links) -> None:
    """Train if need be, while the application already answers from the index; then start the server."""
    if settings.rasa_url is not None:
        say("Rasa runs elsewhere (HELPDESK_RASA_URL)")
        return
    if not rasa.BINARY.exists():
        say("Rasa's environment is missing: answers come from the index alone. `make run` builds it.")
        return
    if rasa.model_path(settings.data).exists() and rasa.is_damaged(settings.data):
        say("the Rasa model is damaged; training it anew")
        rasa.put_damaged_aside(settings.data)
    if not rasa.is_trained(settings.data) and not train(settings.data, supervisor):
        return
    supervisor.add(rasa_server(settings.data, links))
    say("starting Rasa (about half a minute; until then answers come straight from the index) …")
    wait_for_rasa(supervisor, links)


def train(data: Path, supervisor: Supervisor) -> bool:
    """True if there is a model to serve, be it the one before."""
    say("training the Rasa model (about a minute; answers come from the index meanwhile) …")
    inputs, began = rasa.hash_inputs(), time.monotonic()
    try:
        process = rasa.start_training(data)
    except OSError as error:
        say(f"Rasa cannot be started ({error.strerror}: {error.filename}): answers come from the index alone")
        return False
    try:
        if not supervisor.wait(until=lambda: process.poll() is not None):
            return False
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
    try:
        rasa.finish_training(data, process.returncode, inputs)
    except rasa.TrainingFailed as failure:
        say(f"training failed; see {data / 'models' / 'training.log'}:\n{failure.tail}")
        return rasa.model_path(data).exists()
    say(f"trained in {time.monotonic() - began:.0f} s")
    return True


def rasa_server(data: Path, links: Links) -> Part:
    environment = {
        **rasa.QUIET,
        **ENCODES_SAFELY,
        "HELPDESK_RASA_SECRET": links.secret,
        "HELPDESK_ACTION_URL": f"http://127.0.0.1:{links.actions_port}/internal/actions/webhook",
        "PYTHONPATH": str(ROOT),
    }
    command, alive = rasa.server_command(data, links.rasa_port), partial(answers, links.rasa_url, ANSWERS_WITHIN)
    return Part("rasa", command, environment, log=data / "logs" / "rasa.log", answers=alive)


def wait_for_rasa(supervisor: Supervisor, links: Links) -> None:
    began = time.monotonic()

    if supervisor.wait(until=partial(answers, links.rasa_url, 1)):
        say(f"Rasa is up after {time.monotonic() - began:.0f} s")
