"""A visitor of the API, as a test plays one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient
from httpx2 import Response

PATIENCE = 20.0


@dataclass
class Visitor:
    client: TestClient
    id: str
    token: str

    @classmethod
    def begin(cls, client: TestClient, locale: str = "lv") -> Visitor:
        told = client.post("/api/v1/conversations", json={"locale": locale, "consent": True}).json()
        return cls(client, told["conversation"]["id"], told["token"])

    @property
    def path(self) -> str:
        return f"/api/v1/conversations/{self.id}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def say(self, text: str | None = None, *, value: str | None = None, id: str | None = None) -> Response:
        body = {"id": id or str(uuid4()), "text": text, "value": value}
        told = {name: fact for name, fact in body.items() if fact is not None}
        return self.client.post(f"{self.path}/messages", json=told, headers=self.headers)

    def read(self, after: int = 0) -> list[dict[str, Any]]:
        told = self.client.get(f"{self.path}/messages", params={"after": after}, headers=self.headers)
        assert told.status_code == 200, told.text
        messages: list[dict[str, Any]] = told.json()["messages"]
        return messages

    def wait_for_answer(self, seq: int) -> dict[str, Any]:
        """The first message of the bot after that one; the worker is woken, not polled by us, so this is short."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for message in self.read(seq):
                if message["author"] == "bot":
                    return message
            time.sleep(0.02)
        raise AssertionError("no answer came")
