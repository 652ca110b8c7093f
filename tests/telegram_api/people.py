"""What tests do: speak as people, let calls fail, wait for what reaches a chat."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx

from tests.telegram_api.chats import BOT_ID, USERNAME, Chat, Failure, Memory
from tests.telegram_api.strictness import Refused
from tests.telegram_entities import utf16_length


class People(Memory):
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
