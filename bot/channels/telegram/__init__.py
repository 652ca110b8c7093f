"""The Telegram channel, on python-telegram-bot.

updates    what people send: stored before it is acknowledged, then handled in order per chat
delivery   what they are sent: rows of the outbox, one after the other per chat
webhook, polling   the two ways in which updates come
"""

import os

# Periods as timedelta, as python-telegram-bot's next major version has them; it reads this when one is asked for.
os.environ.setdefault("PTB_TIMEDELTA", "true")

LINK = "c_"
"""What a coordinator's one-time code is told by in /start."""
RESUME = "r_"
"""The same for a visitor's, which goes on with a conversation of the website."""


def deep_link(username: str, payload: str) -> str:
    """Opens a chat with the bot and has it sent `/start payload` (at most 64 of A-Z, a-z, 0-9, _ and -)."""
    return f"https://t.me/{username}?start={payload}"
