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
