"""A coordinator's own chat: alerts, taking a request, answering by a reply, under the same rules as the inbox."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from sqlalchemy.orm import Session
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message

from bot.channels.telegram.keyboards import own_button
from bot.channels.telegram.outgoing import post, write_text
from bot.channels.telegram.people import client_id
from bot.channels.telegram.rendering import Part
from bot.channels.telegram.screens import tell
from bot.wording import say
from handoff import links, requests
from handoff.errors import AlreadyClaimed, HandoffError, NotFound
from handoff.masking import mask_contacts
from handoff.messages import Author
from handoff.outbox import Delivery
from handoff.views import Actor, Dossier

NUMBER = re.compile(r"(?:Nr\.|No\.)\s*(\d{1,9})")
SHOWN = 3
LONGEST_QUOTE = 600
WITH_WORDS = {"opened", "message", "assigned", "taken_back", "unclaimed"}
"""Alerts that quote what the visitor wrote last, so that it can be answered at once."""
WORDED = {"not_found", "not_allowed", "illegal_move", "invalid"}


def link(session: Session, message: Message, code: str, locale: str) -> None:
    try:
        actor = links.redeem_link_code(session, code, str(message.chat_id))
    except NotFound:
        post(session, message.chat_id, tell(locale, "staff.link_failed"), key=str(message.message_id))
        return
    screen = tell(locale, "staff.linked", email=actor.email)
    post(session, message.chat_id, screen, key=str(message.message_id))


def unlink(session: Session, message: Message, locale: str) -> None:
    key = "staff.unlinked" if links.unlink(session, str(message.chat_id)) else "staff.not_linked"
    post(session, message.chat_id, tell(locale, key), key=str(message.message_id))


def is_answer(session: Session, message: Message) -> bool:
    """A reply to one of our alerts, in the chat of a coordinator."""
    return find_number(message) is not None and links.find_linked(session, str(message.chat_id)) is not None


def find_number(message: Message) -> int | None:
    """The request whose alert is replied to. Only a message of the bot's own is believed."""
    answered = message.reply_to_message
    if answered is None or answered.from_user is None or not answered.from_user.is_bot:
        return None
    found = NUMBER.search(answered.text or "")
    return int(found[1]) if found else None


def answer(session: Session, message: Message, locale: str) -> None:
    """Goes to the visitor as the coordinator's words; the first one takes the conversation."""
    actor, number = links.find_linked(session, str(message.chat_id)), find_number(message)
    if actor is None or number is None:
        return
    key = client_id("staff", message.chat_id, message.message_id)
    try:
        requests.reply(session, actor, number, client_id=key, text=message.text or "")
        screen = tell(locale, "staff.sent", number=number)
    except HandoffError as error:
        screen = tell(locale, "staff.refused", reason=explain(error, locale))
    post(session, message.chat_id, screen, key=str(message.message_id))


def press(
    session: Session, message: Message, facts: list[str], locale: str, base_url: str
) -> tuple[Part | None, str]:
    """`claim`, `release` or `close` below an alert: the message shows what may be done next, a word what was."""
    actor = links.find_linked(session, str(message.chat_id))
    if actor is None or len(facts) != 2 or not facts[1].isdigit():
        return None, say(locale, "telegram.staff.not_linked")
    action, number = facts[0], int(facts[1])
    try:
        word = act(session, actor, action, number, locale)
    except AlreadyClaimed as error:
        return None, say(locale, "telegram.staff.taken", number=number, owner=error.owner)
    except (HandoffError, KeyError) as error:
        return None, say(locale, "telegram.staff.refused", reason=explain(error, locale))
    keyboard = make_keyboard(locale, number, base_url, claimed=action == "claim")
    return write_text(message.text or word, keyboard, base_url)[-1], word


def act(session: Session, actor: Actor, action: str, number: int, locale: str) -> str:
    """Raises HandoffError, or KeyError for an action there is not."""
    actions = {
        "claim": lambda: requests.claim(session, actor, number),
        "release": lambda: requests.release(session, actor, number),
        "close": lambda: requests.close(session, actor, number, outcome="answered"),
    }
    actions[action]()
    worded = {"claim": "claimed", "release": "released", "close": "closed"}[action]
    return say(locale, f"telegram.staff.{worded}", number=number)


def explain(error: Exception, locale: str) -> str:
    code = error.code if isinstance(error, HandoffError) and error.code in WORDED else "other"
    return say(locale, f"telegram.staff.reasons.{code}")


def make_keyboard(locale: str, number: int, base_url: str, *, claimed: bool) -> InlineKeyboardMarkup:
    actions = ("release", "close") if claimed else ("claim",)
    row = [own_button(say(locale, f"telegram.staff.{action}"), "staff", action, number) for action in actions]
    if opens(base_url):
        url = f"{base_url}/inbox/{number}"
        row.append(InlineKeyboardButton(say(locale, "telegram.staff.open"), url=url))
    return InlineKeyboardMarkup([row])


def opens(base_url: str) -> bool:
    """Telegram takes no buttons to addresses that are not public."""
    return "." in (urlsplit(base_url).hostname or "") and not base_url.startswith("http://127.")


def show_notification(session: Session, delivery: Delivery, base_url: str) -> list[Part]:
    """What the alert says, what the visitor wrote last, and what may be done at once."""
    told = delivery.payload
    locale, number = str(told.get("locale") or "lv"), told.get("request")
    heading, more = f"🔔 **{told.get('subject') or ''}**", str(told.get("text") or "")
    if not isinstance(number, int):
        return write_text(f"{heading}\n\n{more}", None, base_url)
    actor = links.find_linked(session, delivery.address)
    quoted = ""
    if actor is not None and told.get("kind") in WITH_WORDS:
        quoted = quote(requests.get_dossier(session, actor, number))
    # What was written says more than that something was; the way to it is a button, where Telegram takes one.
    shown = [quoted] if quoted and opens(base_url) else [more, quoted]
    text = "\n\n".join([heading, *filter(None, shown)])
    if not NUMBER.search(text):
        text = f"{say(locale, 'telegram.staff.new_request', number=number)}\n\n{text}"
    claimed = actor is not None and is_theirs(session, actor, number)
    return write_text(text, make_keyboard(locale, number, base_url, claimed=claimed), base_url)


def is_theirs(session: Session, actor: Actor, number: int) -> bool:
    return requests.get_dossier(session, actor, number).request.assignee == actor.email


def quote(dossier: Dossier) -> str:
    """The visitor's last words, shortened; commands are no words. How to reach the visitor is told at the desk
    and not to Telegram."""
    said = [message.text for message in dossier.messages if message.author is Author.VISITOR]
    said = [text for text in said if not text.startswith("/")][-SHOWN:]
    return "\n\n".join(f"💬 {mask_contacts(text)[:LONGEST_QUOTE]}" for text in said)
