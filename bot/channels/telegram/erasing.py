"""Forgetting a chat: its conversation, its subscriptions, and what was kept of its messages."""

from __future__ import annotations

from sqlalchemy.orm import Session
from telegram import Message

from bot.channels.telegram import screens
from bot.channels.telegram.people import CHANNEL, find_conversation
from bot.channels.telegram.subscription_menu import Screen
from handoff import subscriptions
from handoff.erasure import erase_conversation


def decide(session: Session, message: Message, facts: list[str], locale: str) -> tuple[Screen, tuple[str, ...]]:
    """What the message shows once "erase" or "keep" was pressed, and the uploaded files that are to go."""
    conversation = find_conversation(session, message.chat_id)
    if conversation is None:
        return screens.tell(locale, "erase.nothing"), ()
    if facts != ["yes"]:
        return screens.tell(conversation.locale, "erase.kept"), ()
    erased = erase_conversation(session, conversation.id)
    subscriptions.forget_subscriber(session, CHANNEL, str(message.chat_id))
    return screens.tell(conversation.locale, "erase.done"), erased.files
