"""Whole turns with marked words: none of them is in a log line, a metric or the audit trail, be it ours or Rasa's.

Everything is real and logs at the debug level: Rasa and its actions, the mail server's and Telegram's worker, the
desk with a password, a form, a file, an export, an erasure and requests that fail. One id is followed through all.
"""

from __future__ import annotations

import io
import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import select

from bot.actions import context
from bot.gateway import keeping
from bot.gateway.application import create_app
from bot.helpdesk import Helpdesk, Knowledge
from bot.log import make_handler, set_levels
from bot.settings import Settings
from handoff.coordinators import NewAccount, add_coordinator
from handoff.models.audit import AuditEntry
from tests.dialogs.player import Rasas
from tests.serving import free_port, open_helpdesk
from tests.telegram_api import TOKEN, TelegramApi
from tests.visiting import Visitor

WORD = "Vardotava"
EMAIL = "vardotava@example.org"
PHONE = "29 123 457"
MARKS = ("vardotav", "29 123 457", "29123457", "120380")
ANSWERS = {
    "matter": f"{WORD} grib palīdzēt vientuļiem senioriem savā ciemā",
    "contact": f"{EMAIL}, {PHONE}",
    "consent": "jā",
    "confirm": "jā",
}
OWN = "mans garais zirgs peld"
PATIENCE = 30.0
OFFICE_HOURS = datetime.fromisoformat("2026-11-24T10:00:00+02:00")
"""At night nobody is told by e-mail."""


@dataclass
class PostOffice:
    letters: list[bytes] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.letters.append(envelope.content)
        return "250 OK"


@dataclass
class Whole:
    """All of the product in one process, and everything it logged."""

    helpdesk: Helpdesk
    client: TestClient
    rasa: Rasas
    telegram: TelegramApi
    office: PostOffice
    log: io.StringIO
    secrets: list[str] = field(default_factory=list)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.getvalue().splitlines()]

    def rasa_lines(self) -> str:
        assert self.rasa.log is not None
        return self.rasa.log.read_text("utf-8", "replace")


@contextmanager
def logging_everything() -> Iterator[io.StringIO]:
    """As the product does with HELPDESK_LOG_FORMAT=json, and ours at the debug level."""
    root, stream, handler = logging.getLogger(), io.StringIO(), make_handler("json")
    before = root.level
    handler.setStream(stream)
    root.addHandler(handler)
    set_levels(logging.DEBUG)
    logging.getLogger("mail").setLevel(logging.CRITICAL)  # the stand-in's own
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


@contextmanager
def post_office() -> Iterator[tuple[PostOffice, int]]:
    office, port = PostOffice(), free_port()
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield office, port
    finally:
        controller.stop()


@pytest.fixture(scope="module")
def whole(rasa: Rasas, all_materials: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    data: Path = tmp_path_factory.mktemp("words")
    telegram = TelegramApi()
    telegram.start()
    with post_office() as (office, port), logging_everything() as log:
        settings = Settings(
            _env_file=None,
            data=data,
            now=OFFICE_HOURS,
            rasa_url=rasa.url,
            rasa_secret=SecretStr(rasa.secret),
            rasa_timeout=15,
            telegram_token=SecretStr(TOKEN),
            telegram_api=telegram.url,
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_security="none",
        )
        with open_helpdesk(settings, all_materials) as helpdesk:
            context.set_helpdesk(helpdesk)
            with TestClient(create_app(helpdesk), raise_server_exceptions=False) as client:
                yield Whole(helpdesk, client, rasa, telegram, office, log, [TOKEN, rasa.secret])
    telegram.stop()


def wait_for(look: Callable[[], Any], what: str) -> Any:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come")


def talk_to_the_bot(whole: Whole) -> Visitor:
    visitor = Visitor.begin(whole.client)
    whole.secrets.append(visitor.token)
    said = visitor.say(f"Kas ir sociālā inovācija? Mani sauc {WORD}, {EMAIL}, {PHONE}, personas kods 120380-12345")
    visitor.wait_for_answer(said.json()["message"]["seq"])
    return visitor


def fill_the_form(whole: Whole, visitor: Visitor) -> int:
    """The number of the request that comes of it."""
    said = visitor.say("Gribu pieteikt konsultāciju")
    for _ in range(14):
        told = visitor.wait_for_answer(said.json()["message"]["seq"])
        if told["kind"] == "handoff":
            return int(told["data"]["request"]["number"])
        step = (told["data"].get("form") or {}).get("step")
        said = visitor.say(ANSWERS.get(step, "izlaist"))
    raise AssertionError(f"the form did not end: {told['text']}")


def send_a_file(whole: Whole, visitor: Visitor) -> None:
    files = {"file": (f"{WORD}.txt", f"{WORD} {EMAIL}".encode(), "text/plain")}
    sent = whole.client.post(f"{visitor.path}/files", files=files, headers=visitor.headers)
    assert sent.status_code in (201, 202), sent.text


def make_anna(helpdesk: Helpdesk) -> NewAccount:
    with helpdesk.database.transaction() as session:
        return add_coordinator(session, email="anna@example.org", name="Anna", role="coordinator", with_token=True)


def work_at_the_desk(whole: Whole, visitor: Visitor, anna: NewAccount, number: int) -> None:
    client = TestClient(whole.client.app, raise_server_exceptions=False, follow_redirects=True)
    page = client.post("/inbox/sign-in", data={"email": anna.email, "password": anna.password})
    changed = {"csrf": csrf_of(page.text), "old": anna.password, "new": OWN}
    client.post("/inbox/password", data=changed)
    whole.secrets += [str(anna.password), str(anna.token), OWN, *client.cookies.values()]
    headers = {"Authorization": f"Bearer {anna.token}"}
    path = f"/api/v1/requests/{number}"
    assert client.post(f"{path}/claim", headers=headers).status_code == 200
    reply = {"id": str(uuid4()), "text": f"Labdien, {WORD}! Rakstīšu uz {EMAIL}."}
    assert client.post(f"{path}/reply", json=reply, headers=headers).status_code == 201
    send_a_file(whole, visitor)
    assert client.post(f"{path}/note", json={"text": f"zvanīt {PHONE}"}, headers=headers).status_code < 300
    assert WORD in client.get(path, headers=headers).text
    assert client.get("/api/v1/requests", params={"q": EMAIL}, headers=headers).status_code == 200
    assert client.get("/inbox", params={"q": WORD}).status_code == 200
    assert client.post(f"{path}/close", json={"outcome": "answered"}, headers=headers).status_code == 200


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found.group(1)


def talk_in_telegram(whole: Whole) -> None:
    chat = 7001
    whole.telegram.say(chat, "/start")
    wait_for(lambda: whole.telegram.chat(chat).messages, "a greeting in Telegram")
    count = len(whole.telegram.chat(chat).messages)
    whole.telegram.say(chat, f"{WORD} jautā: kas ir sociālā inovācija? {EMAIL} {PHONE}")
    wait_for(lambda: len(whole.telegram.chat(chat).messages) > count, "an answer in Telegram")


def ask_wrongly(whole: Whole, visitor: Visitor) -> None:
    client = whole.client
    client.post(f"{visitor.path}/messages", content=f'{{"text": "{WORD}'.encode(), headers=visitor.headers)
    client.post(f"{visitor.path}/messages", json={"id": WORD, "text": WORD}, headers=visitor.headers)
    client.get(f"/{WORD}/{EMAIL}", params={"q": PHONE}, headers={"Accept": "text/html"})
    client.post(f"/api/v1/{WORD}", json={"text": EMAIL}, headers={"X-Request-ID": f"{EMAIL}\n"})
    client.post("/inbox/sign-in", data={"email": EMAIL, "password": WORD})
    for path, name in (("ask", "question"), ("search", "query")):
        assert client.post(f"/api/v1/{path}", json={name: f"{WORD} {EMAIL} {PHONE}"}).status_code == 200


def break_down(whole: Whole, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an error says of itself often quotes what it failed on."""

    def fail(*_: object, **__: object) -> None:
        raise ValueError(f"could not export {WORD} <{EMAIL}>")

    with monkeypatch.context() as broken:
        broken.setattr(keeping, "export_conversation", fail)
        failed = whole.client.get(f"{visitor.path}/export", headers=visitor.headers)
    assert failed.status_code == 500
    assert WORD not in failed.text


def live_through(whole: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = make_anna(whole.helpdesk)
    visitor = talk_to_the_bot(whole)
    number = fill_the_form(whole, visitor)
    work_at_the_desk(whole, visitor, anna, number)
    talk_in_telegram(whole)
    ask_wrongly(whole, visitor)
    break_down(whole, visitor, monkeypatch)
    wait_for(lambda: whole.office.letters, "an e-mail")
    assert whole.client.get(f"{visitor.path}/export", headers=visitor.headers).status_code == 200
    assert whole.client.delete(visitor.path, headers=visitor.headers).status_code == 204
    wait_for(lambda: "DELETE /api/v1/conversations/{conversation_id}" in whole.log.getvalue(), "the last line")


def find_marks(text: str, secrets: list[str]) -> list[str]:
    folded = text.casefold()
    return [mark for mark in (*MARKS, *secrets) if mark.casefold() in folded]


def test_logs_metrics_and_audit_hold_no_words_and_no_secrets(
    whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_through(whole, monkeypatch)
    with whole.helpdesk.database.reading() as session:
        entries = session.scalars(select(AuditEntry)).all()
        audit = json.dumps([[entry.actor, entry.subject, entry.action, entry.details] for entry in entries])
    everywhere = {
        "log": whole.log.getvalue(),
        "rasa": whole.rasa_lines(),
        "metrics": whole.client.get("/metrics").text,
        "health": whole.client.get("/health").text,
        "audit": audit,
    }
    assert {name: found for name, text in everywhere.items() if (found := find_marks(text, whole.secrets))} == {}
    assert len(whole.lines()) > 20, "it was logged all the same"
    assert any(line.get("failure") for line in whole.lines()), "the broken request too"
    assert everywhere["rasa"].count("a message was answered") >= 3
    assert {"conversation.erased", "conversation.exported"} <= {entry.action for entry in entries}


def test_one_id_is_followed_from_the_browser_to_rasa_and_its_action(whole: Whole) -> None:
    visitor, name = Visitor.begin(whole.client), f"follow-{uuid4().hex[:8]}"
    body = {"id": str(uuid4()), "text": "Kas ir sociālā inovācija?"}
    sent = whole.client.post(
        f"{visitor.path}/messages", json=body, headers={**visitor.headers, "X-Request-ID": name}
    )
    assert sent.headers["x-request-id"] == name
    visitor.wait_for_answer(sent.json()["message"]["seq"])
    wanted = ["bot.gateway.security", "bot.gateway.actions", "bot.gateway.turns"]

    def followed() -> bool:
        told = [line["logger"] for line in whole.lines() if line.get("request") == name]
        return set(wanted) <= set(told)

    wait_for(followed, "a line of each part with the id")
    told = [json.loads(line) for line in whole.rasa_lines().splitlines() if name in line]
    assert [line["request"] for line in told] == [name]
    assert told[0]["intent"]
