"""The chats, what is to go wrong in them, and what the server remembers."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from tests.telegram_api.strictness import Refused

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
BOT_ID = 110201543
USERNAME = "palidzibas_bot"


@dataclass
class Chat:
    id: int
    type: str = "private"
    title: str = "Grupa"
    language: str = "lv"
    messages: list[dict[str, Any]] = field(default_factory=list)
    """What the bot sent and what was not deleted, as it looks now."""
    actions: list[str] = field(default_factory=list)
    blocked: bool = False
    migrated_to: int | None = None
    sent_at: list[float] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        return [message.get("text") or message.get("caption", "") for message in self.messages]

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """Of the last message that has any."""
        for message in reversed(self.messages):
            if keyboard := message.get("reply_markup", {}).get("inline_keyboard"):
                return [button for row in keyboard for button in row]
        return []


@dataclass
class Failure:
    chat_id: int | None
    method: str
    refused: Refused | None
    passes: int = 0
    """Calls that succeed before the one that fails."""
    after_effect: bool = False
    """The message arrives, the answer to the bot does not: what a lost connection looks like."""

    def can_befall(self, parameters: dict[str, Any]) -> bool:
        """Plain text has no entities that could not be parsed."""
        return bool(parameters.get("parse_mode")) or "parse entities" not in str(self.refused)


class Memory:
    def __init__(self) -> None:
        self.chats: dict[int, Chat] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answered: list[dict[str, Any]] = []
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.sent_files: list[tuple[int, str, bytes]] = []
        """Documents from the bot: chat, name, body."""
        self.webhook: dict[str, Any] = {}
        self.overall_rate: float | None = None
        self.local = True
        """A locally run Bot API server also accepts webhooks without TLS."""
        self._failures: list[Failure] = []
        self._updates: deque[dict[str, Any]] = deque()
        self._confirmed = 0
        self._next_update = 1000
        self._next_message = 1
        self._polls: dict[int, asyncio.Event] = {}
        self._times: deque[float] = deque()
        self._moved = threading.Condition()
        self._loop: asyncio.AbstractEventLoop | None = None
