"""A Bot API on loopback for tests, with Telegram's own strictness and a person's side to every chat.

The server runs in a thread of its own; tests speak as people (`say`, `press`, `edit`, …) and look at what reached
their chats (`chat(7).messages`). Nothing sleeps: `wait_for` is woken by each call that arrives.
"""

from tests.telegram_api.chats import BOT_ID, TOKEN, USERNAME, Chat
from tests.telegram_api.server import TelegramApi
from tests.telegram_api.strictness import check_markup

__all__ = ["BOT_ID", "TOKEN", "USERNAME", "Chat", "TelegramApi", "check_markup"]
