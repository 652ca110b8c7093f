"""A private chat: its commands and its words, each inside the transaction of its update."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session
from telegram import Message

from bot.channels.notices import index_calls
from bot.channels.telegram import (
    CALL,
    CODED_CALL,
    LINK,
    PAYLOAD,
    RESUME,
    personal_data,
    screens,
    staff,
    subscription_menu,
)
from bot.channels.telegram.commands import Command, find_command
from bot.channels.telegram.outgoing import post
from bot.channels.telegram.people import (
    CHANNEL,
    LONGEST_TEXT,
    choose_locale,
    client_id,
    ensure_conversation,
    find_conversation,
    record,
)
from bot.helpdesk import Helpdesk
from bot.replies import buttons
from bot.replies.call_codes import MARK
from handoff import chats, subscriptions
from handoff.conversations import ConversationView, Owner
from handoff.corrections import continue_at, edit_visitor_message
from handoff.errors import NotFound
from handoff.records import find_open_request
from handoff.waiting import describe_request

OUT_OF_ORDER = timedelta(minutes=5)
ABOUT_WHAT_IS_KEPT = ("erase", personal_data.COMMAND)
"""Commands that begin no conversation: there would be nothing but their own."""


def start(helpdesk: Helpdesk, session: Session, message: Message, payload: str | None) -> Owner | None:
    """/start, alone or behind a link. An unknown payload greets like none."""
    locale = choose_locale(message.from_user, helpdesk.settings)
    chats.open_chat(session, CHANNEL, str(message.chat_id))
    if payload and not PAYLOAD.fullmatch(payload):
        payload = None
    if payload and payload.startswith(LINK):
        staff.link(session, message, payload.removeprefix(LINK), locale)
        return None
    if payload and payload.startswith(RESUME):
        resume(session, message, payload.removeprefix(RESUME), locale)
        return None
    known = find_conversation(session, message.chat_id)
    conversation = known or ensure_conversation(session, message.chat_id, locale, page=payload)
    if payload and (call := read_call(payload)):
        return ask(session, message, conversation, "/start", details_of(call))
    if payload and (command := find_command(payload)):
        return run_command(helpdesk, session, message, command)
    if known is not None:
        post_screen(session, message, screens.tell(conversation.locale, "welcome_back"))
    return None


def read_call(payload: str) -> str | None:
    """The id or the code in a link to a call."""
    if payload.startswith(CALL):
        return payload.removeprefix(CALL)
    return MARK + payload.removeprefix(CODED_CALL) if payload.startswith(CODED_CALL) else None


def details_of(call: str) -> str:
    return buttons.encode("call_details", call=call)


def resume(session: Session, message: Message, code: str, locale: str) -> None:
    """A conversation begun on the website goes on here; the chat's own before it is left behind."""
    try:
        conversation, moved = continue_at(session, code, channel=CHANNEL, external_id=str(message.chat_id))
    except NotFound:
        post_screen(session, message, screens.tell(locale, "resume_failed"))
        return
    post_screen(session, message, screens.tell(conversation.locale, "resumed" if moved else "resume_joined"))


def run_command(helpdesk: Helpdesk, session: Session, message: Message, command: Command) -> Owner | None:
    if command.key in ABOUT_WHAT_IS_KEPT and find_conversation(session, message.chat_id) is None:
        locale = choose_locale(message.from_user, helpdesk.settings)
        post_screen(session, message, screens.tell(locale, f"{command.key}.nothing"))
        return None
    conversation = begin(helpdesk, session, message)
    if command.key == personal_data.COMMAND:
        personal_data.ask(session, message.chat_id, conversation, key=str(message.message_id))
        return None
    if command.asks and conversation.owner is Owner.COORDINATOR:
        post_screen(session, message, tell_of_person(session, conversation, command.key))
        return None
    if command.asks:
        return ask(session, message, conversation, message.text or "", command.asks)
    post_screen(
        session, message, make_screen(helpdesk, session, message.chat_id, conversation.locale, command.key)
    )
    return None


def tell_of_person(session: Session, conversation: ConversationView, key: str) -> subscription_menu.Screen:
    """The bot says nothing while a person speaks, and a command is no word for that person: so the channel tells
    why no list comes, and where the request is."""
    request = find_open_request(session, conversation.id)
    told = describe_request(session, request) if request else {}
    facts = {"number": told.get("number") or "", "name": told.get("assignee") or ""}
    return screens.tell(conversation.locale, f"person.{'status' if key == 'status' else 'speaks'}", **facts)


def begin(helpdesk: Helpdesk, session: Session, message: Message) -> ConversationView:
    chats.open_chat(session, CHANNEL, str(message.chat_id))
    return ensure_conversation(session, message.chat_id, choose_locale(message.from_user, helpdesk.settings))


def make_screen(
    helpdesk: Helpdesk, session: Session, chat_id: int, locale: str, key: str
) -> subscription_menu.Screen:
    if key == "subscribe":
        return subscription_menu.ask_next(locale, ())
    if key == "language":
        return screens.ask_language(locale)
    if key == "erase":
        return screens.ask_erase(locale)
    held = subscriptions.list_subscriptions(session, CHANNEL, str(chat_id))
    return subscription_menu.list_screen(locale, held, index_calls(helpdesk, locale))


def ask(session: Session, message: Message, conversation: ConversationView, text: str, value: str) -> Owner:
    """What a command or a link asks the bot, as if its button had been pressed."""
    return write_down(session, message, conversation, text, value=value, trusted=True)


def say_text(helpdesk: Helpdesk, session: Session, message: Message) -> Owner | None:
    if staff.is_answer(session, message):
        staff.answer(session, message, choose_locale(message.from_user, helpdesk.settings))
        return None
    conversation = begin(helpdesk, session, message)
    text = message.text or ""
    if len(text) > LONGEST_TEXT:
        post_screen(session, message, screens.tell(conversation.locale, "too_long"))
        return None
    return write_down(session, message, conversation, text)


def write_down(
    session: Session,
    message: Message,
    conversation: ConversationView,
    text: str,
    *,
    value: str | None = None,
    trusted: bool = False,
) -> Owner:
    """Record it and remember which message of the chat it was, so that an edit finds it."""
    key = client_id("message", message.chat_id, message.message_id)
    recorded = record(session, conversation, key, text, value=value, trusted=trusted)
    chats.note_incoming(session, CHANNEL, str(message.chat_id), message.message_id, recorded.message.id)
    return recorded.conversation.owner


def edit(helpdesk: Helpdesk, session: Session, message: Message) -> None:
    """Correct the record; the bot is not asked again. An edit that overtook its message stands for it."""
    if message.chat.type != message.chat.PRIVATE or not message.text:
        return
    known = chats.find_incoming(session, CHANNEL, str(message.chat_id), message.message_id)
    if known is not None:
        edit_visitor_message(session, known, text=message.text[:LONGEST_TEXT])
        return
    edited_at = message.edit_date or message.date
    if edited_at - message.date < OUT_OF_ORDER and not message.text.startswith("/"):
        say_text(helpdesk, session, message)


def post_screen(session: Session, message: Message, screen: subscription_menu.Screen) -> None:
    post(session, message.chat_id, screen, key=f"{message.message_id}")
