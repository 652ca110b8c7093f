"""The Telegram channel, on python-telegram-bot.

updates    what people send: stored before it is acknowledged, then handled in order per chat
delivery   what they are sent: rows of the outbox, one after the other per chat
webhook, polling   the two ways in which updates come
"""

import os
import re

from bot.replies.call_codes import MARK, code_call

# Periods as timedelta, as python-telegram-bot's next major version has them; it reads this when one is asked for.
os.environ.setdefault("PTB_TIMEDELTA", "true")

LINK = "c_"
"""What a coordinator's one-time code is told by in /start."""
RESUME = "r_"
"""The same for a visitor's, which goes on with a conversation of the website."""
CALL, CODED_CALL = "call_", "k_"
"""What a call is told by: its id, or its code where the id is too long or has other letters. The name of a command
is a payload too."""
PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What Telegram passes on to /start [Bot features, deep linking]."""


def call_payload(call_id: str) -> str:
    payload = CALL + call_id
    return payload if PAYLOAD.fullmatch(payload) else CODED_CALL + code_call(call_id).removeprefix(MARK)


def deep_link(username: str, payload: str) -> str:
    """Opens a chat with the bot and has it sent `/start payload` (at most 64 of A-Z, a-z, 0-9, _ and -)."""
    return f"https://t.me/{username}?start={payload}"
