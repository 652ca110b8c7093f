"""What a "yes" would mean: every sentence of the bot that ends in such a question leaves one of these behind."""

from __future__ import annotations

from bot.replies.escalation import offer as person

OPEN_CALLS = "open_calls"
CONSULTATION = "consultation"
WITHDRAW = "withdraw"
ONLY_CALL = "call"
"""The single call of the list, which was asked for by a place it has not."""
PERSON = person(None)
