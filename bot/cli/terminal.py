"""A conversation in the terminal: with the running helpdesk if there is one, else with its replies alone."""

from __future__ import annotations

import time
import uuid
from typing import Any

import httpx2

from bot.cli.output import complain
from bot.settings import Settings

PATIENCE = 20.0


class Line:
    """One conversation over the public API."""

    def __init__(self, client: httpx2.Client, locale: str) -> None:
        self._client = client
        opened = client.post("/conversations", json={"locale": locale, "consent": "terminal"})
        opened.raise_for_status()
        told = opened.json()
        self._path = f"/conversations/{told['conversation']['id']}/messages"
        self._client.headers["Authorization"] = f"Bearer {told['token']}"
        self._seen = 0

    def say(self, text: str) -> None:
        self._client.post(self._path, json={"id": str(uuid.uuid4()), "text": text}).raise_for_status()

    def hear(self, *, wait: bool) -> list[dict[str, Any]]:
        """What others said since; with `wait`, up to some seconds for the first of it."""
        until = time.monotonic() + (PATIENCE if wait else 0)
        while True:
            got = self._client.get(self._path, params={"after": self._seen}).json()["messages"]
            self._seen = max([self._seen, *(message["seq"] for message in got)])
            said = [message for message in got if message["author"] != "visitor"]
            if said or time.monotonic() >= until:
                return said
            time.sleep(0.1)


def show(message: dict[str, Any]) -> None:
    print(f"\n{message['author']}: {message['text']}")
    for number, source in enumerate(message["sources"], 1):
        print(f"   [{number}] {source['title']} — {source['url']}")
    for button in message["buttons"]:
        print(f"   ( {button['title']} )")


def talk(settings: Settings) -> None:
    base = f"http://{settings.host}:{settings.port}/api/v1"
    try:
        with httpx2.Client(base_url=base, timeout=PATIENCE, trust_env=False) as client:
            converse(Line(client, settings.locale))
    except httpx2.ConnectError:
        complain("No helpdesk runs here (start it with `make run`); answering without Rasa and without a record.")
        answer_alone(settings)


def read_line() -> str | None:
    try:
        return input("\n> ").strip()
    except (EOFError, KeyboardInterrupt):
        return None


def converse(line: Line) -> None:
    for message in line.hear(wait=True):
        show(message)
    while (text := read_line()) is not None:
        if text:
            line.say(text)
        for message in line.hear(wait=bool(text)):
            show(message)


def answer_alone(settings: Settings) -> None:
    from bot.helpdesk import build
    from bot.replies.once import answer_once

    helpdesk = build(settings)
    while (text := read_line()) is not None:
        if text:
            print(answer_once(helpdesk, text, None).text)
