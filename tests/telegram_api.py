"""A Bot API on loopback for tests, with Telegram's own strictness and a person's side to every chat.

The server runs in a thread of its own; tests speak as people (`say`, `press`, `edit`, …) and look at what reached
their chats (`chat(7).messages`). Nothing sleeps: `wait_for` is woken by each call that arrives.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from tests.telegram_documents import describe_document
from tests.telegram_entities import CannotParse, parse_html, utf16_length

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
BOT_ID = 110201543
USERNAME = "palidzibas_bot"
LONGEST_TEXT = 4096
LONGEST_CALLBACK = 64
LARGEST_DOWNLOAD = 20 * 1024 * 1024


class Refused(Exception):
    def __init__(self, status: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def bad_request(reason: str) -> Refused:
    return Refused(400, f"Bad Request: {reason}")


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


class TelegramApi:
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
        self._app = self._make_app()
        self._server: uvicorn.Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    # --- the server ---------------------------------------------------------------------------------------------

    def start(self) -> str:
        config = uvicorn.Config(
            self._app, host="127.0.0.1", port=0, log_level="critical", lifespan="off", timeout_graceful_shutdown=2
        )
        self._server = uvicorn.Server(config)
        started = threading.Event()

        def run() -> None:
            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
            self._loop.run_until_complete(self._serve(started))
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.close()

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        started.wait(10)
        return self.url

    async def _serve(self, started: threading.Event) -> None:
        assert self._server is not None
        serving = asyncio.create_task(self._server.serve())
        while not self._server.started:
            await asyncio.sleep(0.005)
        started.set()
        await serving

    @property
    def url(self) -> str:
        assert self._server is not None
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        assert self._server is not None
        self._server.should_exit = True
        self._thread.join(10)

    def _make_app(self) -> FastAPI:
        app = FastAPI(docs_url=None, openapi_url=None)

        @app.api_route("/bot{token}/{method}", methods=["GET", "POST"])
        async def call(token: str, method: str, request: Request) -> Response:
            if token != TOKEN:
                return failed(Refused(401, "Unauthorized"))
            return await self._call(method, await read_parameters(request))

        @app.get("/file/bot{token}/{path:path}")
        async def download(token: str, path: str) -> Response:
            found = next((body for name, body in self.files.values() if name == path), None)
            if token != TOKEN or found is None:
                return Response(status_code=404)
            return Response(found)

        return app

    async def _call(self, method: str, parameters: dict[str, Any]) -> Response:
        handler = getattr(self, f"_do_{snake(method)}", None)
        if handler is None:
            return failed(Refused(404, "Not Found: method not found"))
        failure = self._take_failure(method, parameters)
        try:
            if failure and failure.refused and not failure.after_effect:
                raise failure.refused
            result = await handler(parameters)
        except Refused as refused:
            return failed(refused)
        finally:
            with self._moved:
                self.calls.append((method, parameters))
                self._moved.notify_all()
        if failure and failure.after_effect:
            return Response("gateway", status_code=502)
        return JSONResponse({"ok": True, "result": result})

    def _take_failure(self, method: str, parameters: dict[str, Any]) -> Failure | None:
        chat = parameters.get("chat_id")
        for failure in self._failures:
            if failure.method == method and failure.chat_id in (None, chat) and failure.can_befall(parameters):
                if failure.passes:
                    failure.passes -= 1
                    return None
                self._failures.remove(failure)
                return failure
        return None

    # --- what tests do ------------------------------------------------------------------------------------------

    def chat(self, chat_id: int, **kind: Any) -> Chat:
        if chat_id not in self.chats:
            kind.setdefault("type", "private" if chat_id > 0 else "group")
            self.chats[chat_id] = Chat(chat_id, **kind)
        return self.chats[chat_id]

    def fail(
        self, method: str, status: int, description: str, *, chat_id: int | None = None, **parameters: Any
    ) -> None:
        """The next such call fails."""
        refused = Refused(status, description, parameters or None)
        self._failures.append(Failure(chat_id, method, refused))

    def fail_after(self, method: str, passes: int, status: int, description: str) -> None:
        """The call after `passes` more of them fails."""
        self._failures.append(Failure(None, method, Refused(status, description), passes))

    def lose_answer(self, method: str, *, chat_id: int | None = None) -> None:
        """The next such call takes effect, and the bot gets no usable answer."""
        self._failures.append(Failure(chat_id, method, None, after_effect=True))

    def wait_for(self, true: Callable[[], object], timeout: float = 20.0) -> None:
        """Until it holds; looked at after every call that arrives."""
        limit = time.monotonic() + timeout
        with self._moved:
            while not true():
                left = limit - time.monotonic()
                assert left > 0, f"not within {timeout} s; last calls: {self.calls[-5:]}"
                self._moved.wait(min(left, 0.05))

    @property
    def pending(self) -> int:
        """Updates that the bot has not fetched and confirmed."""
        return len(self._updates)

    def message(self, chat_id: int, *, user: int | None = None, **content: Any) -> dict[str, Any]:
        chat = self.chat(chat_id)
        self._next_message += 1
        about: dict[str, Any] = {"id": chat_id, "type": chat.type}
        about |= {"first_name": "Anna"} if chat.type == "private" else {"title": chat.title}
        sender = user or chat_id
        text = content.get("text", "")
        if text.startswith("/"):
            length = utf16_length(text.split()[0])
            content.setdefault("entities", [{"type": "bot_command", "offset": 0, "length": length}])
        return {
            "message_id": self._next_message,
            "date": int(time.time()),
            "chat": about,
            "from": {"id": sender, "is_bot": False, "first_name": "Anna", "language_code": chat.language},
            **content,
        }

    def update(self, **content: Any) -> dict[str, Any]:
        """An update with the next id, not sent yet."""
        self._next_update += 1
        return {"update_id": self._next_update, **content}

    def say(self, chat_id: int, text: str, **content: Any) -> dict[str, Any]:
        update = self.update(message=self.message(chat_id, text=text, **content))
        self.deliver(update)
        return update

    def edit(self, said: dict[str, Any], text: str) -> dict[str, Any]:
        message = {**said["message"], "text": text, "edit_date": int(time.time())}
        update = self.update(edited_message=message)
        self.deliver(update)
        return update

    def press(self, chat_id: int, title: str) -> dict[str, Any]:
        """The newest button whose title contains `title`."""
        for message in reversed(self.chat(chat_id).messages):
            rows = message.get("reply_markup", {}).get("inline_keyboard", [])
            for button in (button for row in rows for button in row):
                if title in button["text"] and "callback_data" in button:
                    return self.press_data(chat_id, message, button["callback_data"])
        raise AssertionError(f"no button {title!r}: {[b['text'] for b in self.chat(chat_id).buttons]}")

    def press_data(self, chat_id: int, message: dict[str, Any], data: str) -> dict[str, Any]:
        query = {
            "id": str(self._next_update),
            "from": {"id": chat_id, "is_bot": False, "first_name": "Anna", "language_code": "lv"},
            "message": message,
            "chat_instance": "1",
            "data": data,
        }
        update = self.update(callback_query=query)
        self.deliver(update)
        return update

    def block(self, chat_id: int, *, blocked: bool = True) -> dict[str, Any]:
        chat = self.chat(chat_id)
        chat.blocked = blocked
        bot = {"id": BOT_ID, "is_bot": True, "first_name": "Bots", "username": USERNAME}
        gone, here = {"status": "kicked", "user": bot, "until_date": 0}, {"status": "member", "user": bot}
        change = {
            "chat": {"id": chat_id, "type": "private", "first_name": "Anna"},
            "from": {"id": chat_id, "is_bot": False, "first_name": "Anna"},
            "date": int(time.time()),
            "old_chat_member": here if blocked else gone,
            "new_chat_member": gone if blocked else here,
        }
        update = self.update(my_chat_member=change)
        self.deliver(update)
        return update

    def add_file(self, file_id: str, body: bytes, path: str) -> None:
        self.files[file_id] = (path, body)

    def deliver(self, update: dict[str, Any]) -> None:
        """To the webhook if one is set (again until it answers 2xx), else into the queue of getUpdates."""
        kind = next(key for key in update if key != "update_id")
        allowed = self.webhook.get("allowed_updates") if self.webhook.get("url") else None
        if allowed and kind not in allowed:
            return
        if self.webhook.get("url"):
            self.deliver_to_webhook(update)
        else:
            self._updates.append(update)
            if self._loop:
                self._loop.call_soon_threadsafe(self._wake_polls)

    def deliver_to_webhook(self, update: dict[str, Any], secret: str | None = None) -> int:
        """Once; the status it answered."""
        secret = self.webhook.get("secret_token") if secret is None else secret
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        response = httpx.post(self.webhook["url"], json=update, headers=headers, timeout=10)
        if response.status_code // 100 != 2:
            self.webhook["last_error_message"] = f"Wrong response from the webhook: {response.status_code}"
            self.webhook["last_error_date"] = int(time.time())
        return response.status_code

    def _wake_polls(self) -> None:
        for event in self._polls.values():
            event.set()

    # --- the methods --------------------------------------------------------------------------------------------

    async def _do_get_me(self, _: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": BOT_ID,
            "is_bot": True,
            "first_name": "Palīdzības dienests",
            "username": USERNAME,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    async def _do_send_message(self, asked: dict[str, Any]) -> dict[str, Any]:
        chat = self._open_chat(asked)
        shown = self._shown(asked)
        self._next_message += 1
        message = {
            "message_id": self._next_message,
            "date": int(time.time()),
            "chat": {"id": chat.id, "type": chat.type},
            "from": {"id": BOT_ID, "is_bot": True, "first_name": "Bots", "username": USERNAME},
            **shown,
        }
        chat.messages.append(message)
        chat.sent_at.append(time.monotonic())
        return message

    async def _do_send_document(self, asked: dict[str, Any]) -> dict[str, Any]:
        try:
            document, body = await describe_document(asked)
        except ValueError as refused:
            raise bad_request(str(refused)) from refused
        message = await self._do_send_message({**asked, "text": asked.get("caption", "")})
        message |= {"caption": message.pop("text"), "document": document}
        self.sent_files.append((asked["chat_id"], document["file_name"], body))
        return message

    async def _do_edit_message_text(self, asked: dict[str, Any]) -> dict[str, Any]:
        chat = self._open_chat(asked)
        message = self._find(chat, asked, "message to edit not found")
        shown = self._shown(asked)
        before = {key: message.get(key) for key in ("text", "entities", "reply_markup")}
        if before == {key: shown.get(key) for key in before}:
            raise bad_request(
                "message is not modified: specified new message content and reply markup are exactly the same "
                "as a current content and reply markup of the message"
            )
        for key in before:
            message.pop(key, None)
        message.update(shown, edit_date=int(time.time()))
        return message

    async def _do_edit_message_reply_markup(self, asked: dict[str, Any]) -> dict[str, Any]:
        message = self._find(self._open_chat(asked), asked, "message to edit not found")
        markup = check_markup(asked.get("reply_markup"))
        if message.get("reply_markup") == markup:
            raise bad_request("message is not modified")
        message.pop("reply_markup", None)
        if markup:
            message["reply_markup"] = markup
        return message

    async def _do_delete_message(self, asked: dict[str, Any]) -> bool:
        chat = self._open_chat(asked)
        chat.messages.remove(self._find(chat, asked, "message to delete not found"))
        return True

    async def _do_answer_callback_query(self, asked: dict[str, Any]) -> bool:
        if utf16_length(asked.get("text", "")) > 200:
            raise bad_request("MESSAGE_TOO_LONG")
        self.answered.append(asked)
        return True

    async def _do_send_chat_action(self, asked: dict[str, Any]) -> bool:
        self._open_chat(asked, counts=False).actions.append(asked["action"])
        return True

    async def _do_get_file(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["file_id"] not in self.files:
            raise bad_request("invalid file_id")
        path, body = self.files[asked["file_id"]]
        if len(body) > LARGEST_DOWNLOAD:
            raise bad_request("file is too big")
        return {
            "file_id": asked["file_id"],
            "file_unique_id": asked["file_id"],
            "file_size": len(body),
            "file_path": path,
        }

    async def _do_set_my_commands(self, asked: dict[str, Any]) -> bool:
        commands = asked["commands"]
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
                raise bad_request("BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= 256:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        if len(commands) > 100:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        scope = (asked.get("scope") or {}).get("type", "default")
        self.commands[scope, asked.get("language_code", "")] = commands
        return True

    async def _do_get_my_commands(self, asked: dict[str, Any]) -> list[dict[str, str]]:
        scope = (asked.get("scope") or {}).get("type", "default")
        return self.commands.get((scope, asked.get("language_code", "")), [])

    async def _do_set_webhook(self, asked: dict[str, Any]) -> bool:
        url = asked.get("url", "")
        if url and not url.startswith("https://") and not self.local:
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        secret = asked.get("secret_token", "")
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise bad_request("secret token contains unallowed characters")
        if asked.get("drop_pending_updates"):
            self._updates.clear()
        self.webhook = {key: value for key, value in asked.items() if key != "drop_pending_updates"} if url else {}
        return True

    async def _do_delete_webhook(self, asked: dict[str, Any]) -> bool:
        return await self._do_set_webhook({**asked, "url": ""})

    async def _do_get_webhook_info(self, _: dict[str, Any]) -> dict[str, Any]:
        known = {key: value for key, value in self.webhook.items() if key != "secret_token"}
        return {
            "url": "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates),
            **known,
        }

    async def _do_get_updates(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook.get("url"):
            raise Refused(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first"
            )
        offset = int(asked.get("offset", 0))
        if offset > 0:
            while self._updates and self._updates[0]["update_id"] < offset:
                self._updates.popleft()
        if not self._updates and float(asked.get("timeout", 0)):
            await self._long_poll(float(asked["timeout"]))
        return list(self._updates)[: int(asked.get("limit", 100))]

    async def _long_poll(self, timeout: float) -> None:
        """One poll at a time: a newer one ends it with a conflict."""
        for event in self._polls.values():
            event.set()
        number, event = time.monotonic_ns(), asyncio.Event()
        self._polls[number] = event
        try:
            await asyncio.wait_for(event.wait(), timeout)
        except asyncio.TimeoutError:
            return
        finally:
            newest = max(self._polls)
            del self._polls[number]
        if newest != number and not self._updates:
            raise Refused(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot is running",
            )

    # --- what Telegram insists on -------------------------------------------------------------------------------

    def _open_chat(self, asked: dict[str, Any], *, counts: bool = True) -> Chat:
        chat = self.chats.get(asked["chat_id"])
        if chat is None:
            raise bad_request("chat not found")
        if chat.migrated_to:
            raise Refused(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": chat.migrated_to},
            )
        if chat.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        if counts:
            self._keep_pace()
        return chat

    def _keep_pace(self) -> None:
        now = time.monotonic()
        self._times.append(now)
        while self._times and self._times[0] < now - 1:
            self._times.popleft()
        if self.overall_rate and len(self._times) > self.overall_rate:
            self._times.pop()
            raise Refused(429, "Too Many Requests: retry after 1", {"retry_after": 1})

    def _find(self, chat: Chat, asked: dict[str, Any], otherwise: str) -> dict[str, Any]:
        for message in chat.messages:
            if message["message_id"] == asked["message_id"]:
                return message
        raise bad_request(otherwise)

    def _shown(self, asked: dict[str, Any]) -> dict[str, Any]:
        text, entities = asked.get("text", ""), []
        if asked.get("parse_mode") == "HTML":
            try:
                parsed = parse_html(text)
            except CannotParse as reason:
                raise Refused(400, str(reason)) from reason
            text, entities = parsed.text, parsed.entities
        elif asked.get("parse_mode"):
            raise bad_request("unsupported parse_mode")
        text = text.strip()
        if not text:
            raise bad_request("message text is empty")
        if utf16_length(text) > LONGEST_TEXT:
            raise bad_request("message is too long")
        shown: dict[str, Any] = {"text": text}
        if entities:
            shown["entities"] = entities
        if markup := check_markup(asked.get("reply_markup")):
            shown["reply_markup"] = markup
        return shown


async def read_parameters(request: Request) -> dict[str, Any]:
    """JSON, a form or a query, as the Bot API takes them; values of forms that are JSON are read as such."""
    if request.headers.get("content-type", "").startswith("application/json"):
        return dict(await request.json())
    fields = {**request.query_params, **(await request.form())}
    return {name: read_value(name, value) for name, value in fields.items()}


def read_value(name: str, value: Any) -> Any:
    if not isinstance(value, str) or name in {
        "text",
        "caption",
        "url",
        "file_id",
        "secret_token",
        "language_code",
    }:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def check_markup(markup: dict[str, Any] | None) -> dict[str, Any] | None:
    if not markup or not any(markup.get("inline_keyboard", [])):
        return None
    buttons = [button for row in markup["inline_keyboard"] for button in row]
    if len(buttons) > 100 or any(len(row) > 8 for row in markup["inline_keyboard"]):
        raise bad_request("reply markup is too long")
    for button in buttons:
        check_button(button)
    return markup


def check_button(button: dict[str, Any]) -> None:
    if not button.get("text", "").strip():
        raise bad_request("can't parse inline keyboard button: Text must be non-empty")
    if "callback_data" in button:
        if not 1 <= len(button["callback_data"].encode()) <= LONGEST_CALLBACK:
            raise bad_request("BUTTON_DATA_INVALID")
    elif "url" in button:
        host = urlsplit(button["url"]).hostname or ""
        if "." not in host or re.fullmatch(r"(127|10)\..*", host):
            raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    else:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")


def snake(method: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", lambda found: f"_{found[1].lower()}", method).lower()


def failed(refused: Refused) -> JSONResponse:
    body: dict[str, Any] = {"ok": False, "error_code": refused.status, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return JSONResponse(body, refused.status)


__all__ = ["BOT_ID", "TOKEN", "USERNAME", "Chat", "TelegramApi"]
