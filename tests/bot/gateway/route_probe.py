"""Every route of the running application, called by everybody there is: what each of them gets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy.orm import Session

from bot.gateway.application import create_app
from bot.helpdesk import Helpdesk
from bot.wording import say
from handoff import administration, checks, conversations, drafts
from handoff.administration import Changes
from handoff.attachments import attach, describe, keep_file
from handoff.canned import list_canned, save_canned
from handoff.coordinators import add_coordinator, find_coordinator
from handoff.database import Database
from handoff.effects import apply_effect
from handoff.messages import Author, Draft, Effect, MessageKind
from handoff.models.learning import GroupedQuestion, QuestionGroup
from handoff.records import append_message, lock_conversation
from handoff.tokens import digest
from handoff.versions import add_version
from handoff.views import Actor
from tools.routes import ROLES

OTHERS_PARAMETERS = {
    "file_id": "00000000-0000-0000-0000-000000000000",
    "locale": "lv",
    "state": "done",
    "action": "claim",
    "act": "unlock",
    "year": "2026",
}
WRONG_KEY = "x" * 43


def list_routes(app: FastAPI) -> list[tuple[str, str]]:
    """(method, path) of each; mounted files are one."""
    found: list[tuple[str, str]] = []
    for route in iter_route_contexts(app.routes):
        methods = getattr(route, "methods", None) or {"GET"}
        found += [(method, str(route.path)) for method in sorted(methods) if method != "HEAD"]
    return found


@dataclass
class Caller:
    """How somebody shows who they are. `csrf` is None where no cookie is shown; `keys` name what is theirs."""

    headers: dict[str, str] = field(default_factory=dict)
    csrf: str | None = None
    keys: dict[str, str] = field(default_factory=dict)


class Probe:
    """The application over a database with one of everything, whose changes are looked at and taken back."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self.helpdesk = helpdesk
        self.app = create_app(helpdesk)
        self.app.state.streams.close()
        self.client = TestClient(self.app, follow_redirects=False, raise_server_exceptions=False)
        self.parameters: dict[str, str] = dict(OTHERS_PARAMETERS)
        self.callers: dict[str, Caller] = {"stranger": Caller()}
        self._furnish()
        take_back_changes(helpdesk.database)

    def call(self, method: str, path: str, caller: Caller, *, proof: bool = True, **more: str) -> Response:
        """With the CSRF token, for a change by cookie, unless `proof` is False."""
        address = (
            "/static/tokens.css"
            if path == "/static"
            else re.sub(r"{(\w+)(:\w+)?}", lambda found: self.parameter(path, found[1]), path)
        )
        headers = {"Accept": "text/html" if path.startswith("/inbox") else "application/json"}
        headers |= caller.headers | more
        if proof and caller.csrf and method not in ("GET", "HEAD"):
            headers["X-CSRF-Token"] = caller.csrf
        self.client.cookies.clear()
        self._lay_file()
        body = BODIES.get(f"{method} {path}", {})
        if path in caller.keys:
            body = {"data": {"key": caller.keys[path]}}
        return self.client.request(method, address, headers=headers, **body)

    def parameter(self, path: str, name: str) -> str:
        """`number` is another thing on every page: the first of each was made, and is number one."""
        if path.startswith("/static/vendor"):
            return "htmx.js"
        if name == "number":
            return self.parameters["number"] if "requests" in path or path.startswith("/inbox/{number") else "1"
        return self.parameters.get(name, WRONG_KEY)

    def _furnish(self) -> None:
        """People first, then a conversation that has become a request, and one of everything the desk keeps."""
        database = self.helpdesk.database
        people = dict(self._admit(role) for role in ROLES)
        boss = people["administrator"]
        own, foreign = self._talk(), self._talk()
        self.callers["own"] = Caller({"Authorization": f"Bearer {own[1]}"})
        self.callers["foreign"] = Caller({"Authorization": f"Bearer {foreign[1]}"})
        self.parameters["conversation_id"] = own[0]
        self.stored = stored = keep_file(self.helpdesk.settings.data / "uploads", "a.txt", b"text")
        with database.transaction() as session:
            number = ask_person(session, own[0])
            told = conversations.record_visitor_message(
                session, own[0], client_id=str(uuid4()), text="file", for_person=True,
                data={"attachments": [describe(stored)]},
            )  # fmt: skip
            attach(session, told.message.id, [stored])
            self.parameters |= {"number": str(number), "attachment_id": stored.id}
            self._keep_one_of_each(session, boss, told.message.id)

    def _lay_file(self) -> None:
        """Erasing takes files away at once, whatever becomes of its transaction."""
        path = self.helpdesk.settings.data / "uploads" / self.stored.path
        if not path.exists():
            path.write_bytes(b"text")

    def _keep_one_of_each(self, session: Session, boss: Actor, message: str) -> None:
        save_canned(session, boss, None, title="Sveiciens", lv="Labdien!", en="Hello!")
        assert [one.id for one in list_canned(session)] == [1]
        day = self.helpdesk.clock().date()
        administration.add_closure(session, boss, day, day)
        made, _ = administration.add_account(
            session, boss, "zane@example.org", Changes("Zane", "coordinator", "lv", [], 10)
        )
        document = self.helpdesk.knowledge.catalogue.documents[0]
        key = f"{document.locale}/{document.id}"
        self.parameters |= {"account_id": made, "locale": document.locale, "name": document.id,
                            "document_id": document.id}  # fmt: skip
        check = checks.open_check(session, boss)
        add_version(session, boss, key, before="", before_own=False, text="text", own=True, action="edited",
                    check_id=check)  # fmt: skip
        checks.add_control(session, boss, question="Kas tas ir?", locale=document.locale, document=key)
        drafts.create_draft(session, boss, fields={}, texts={})
        session.add(QuestionGroup(created_at=self.helpdesk.clock()))
        session.flush()
        session.add(
            GroupedQuestion(
                group_id=1, message_id=message, why="unanswered", cause="x", language="lv", digest="d",
                asked_at=self.helpdesk.clock(),
            )
        )  # fmt: skip

    def _admit(self, role: str) -> tuple[str, Actor]:
        with self.helpdesk.database.transaction() as session:
            account = add_coordinator(session, email=f"{role}@example.org", name=role, role=role, with_token=True)
            row = find_coordinator(session, account.email)
            row.must_change_password = False
            actor = Actor(row.id, row.email, row.name, row.role)
        self.client.cookies.clear()
        signed = self.client.post("/api/v1/login", json={"email": account.email, "password": account.password})
        name, _, token = signed.headers["set-cookie"].partition(";")[0].partition("=")
        assert account.token
        keys = {
            "/inbox/account/security/end": digest(token),
            "/inbox/account/tokens/revoke": digest(account.token),
        }
        self.callers[role] = Caller({"Cookie": f"{name}={token}"}, signed.json()["csrf"], keys)
        if role == "coordinator":
            self.callers["token"] = Caller({"Authorization": f"Bearer {account.token}"})
        return role, actor

    def _talk(self) -> tuple[str, str]:
        made = self.client.post("/api/v1/conversations", json={"consent": "2026-11"}).json()
        return made["conversation"]["id"], made["token"]


def ask_person(session: Session, conversation_id: str) -> int:
    conversation = lock_conversation(session, conversation_id)
    asked = Draft(MessageKind.HANDOFF, "Nododu.", "lv", effect=Effect("handoff", {"reason": "asked"}))
    told, _ = apply_effect(session, conversation, asked)
    append_message(session, conversation, Author.BOT, told)
    number = conversations.get_conversation(session, conversation_id).request_number
    assert number is not None
    return number


def take_back_changes(database: Database) -> None:
    """From now on what is changed is forgotten at the end of its transaction: no call spoils the next one."""

    @contextmanager
    def rehearse() -> Iterator[Session]:
        with database._queueing(), database._writing() as session:
            session.info["refused"] = []
            session.begin()
            try:
                yield session
                session.flush()
                session.expunge_all()
            finally:
                session.rollback()

    database.transaction = rehearse  # type: ignore[method-assign]


BODIES: dict[str, dict[str, Any]] = {
    "POST /api/v1/login": {"json": {"email": "viewer@example.org", "password": "not this one"}},
    "POST /api/v1/conversations/resume": {"json": {"code": WRONG_KEY}},
    "POST /calls/subscriptions/{key}/end": {"data": {"subscription": "1"}},
}
LEFT = say("lv", "subscribing.leave.done_text")


def outcome(response: Response) -> str:
    """In one word. Whoever is let through to a complaint about an empty form was let through."""
    status, location = response.status_code, response.headers.get("location", "")
    if status in (401, 403, 404):
        return str(status)
    if status == 303 and location.startswith("/inbox/sign-in") and response.headers.get("set-cookie") is None:
        return "sign-in"
    if status == 303 and location.startswith("/inbox/reports"):
        return "reports"
    if WRONG_KEY in location or LEFT in response.text:
        return "gone"
    return "yes" if status < 500 and status != 405 else f"broken ({status})"
