"""The Bot API's methods, each named as it is called: `_do_send_message` is sendMessage."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any

from tests.telegram_api.chats import BOT_ID, USERNAME, Chat, Memory
from tests.telegram_api.strictness import LARGEST_DOWNLOAD, Refused, bad_request, check_markup, read_text
from tests.telegram_documents import describe_document
from tests.telegram_entities import utf16_length


class Methods(Memory):
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
        shown = read_text(asked)
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
        shown = read_text(asked)
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
