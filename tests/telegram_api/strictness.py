"""What Telegram insists on, whatever is asked of it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from tests.telegram_entities import CannotParse, parse_html, utf16_length

LONGEST_TEXT = 4096
LONGEST_CALLBACK = 64
LARGEST_DOWNLOAD = 20 * 1024 * 1024


class Refused(Exception):
    def __init__(self, status: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def bad_request(reason: str) -> Refused:
    return Refused(400, f"Bad Request: {reason}")


def check_markup(markup: dict[str, Any] | None) -> dict[str, Any] | None:
    if not markup or not any(markup.get("inline_keyboard", [])):
        return None
    buttons = [button for row in markup["inline_keyboard"] for button in row]
    if len(buttons) > 100 or any(len(row) > 8 for row in markup["inline_keyboard"]):
        raise bad_request("reply markup is too long")
    for button in buttons:
        check_button(button)
    return markup


def check_button(button: dict[str, Any]) -> None:
    if not button.get("text", "").strip():
        raise bad_request("can't parse inline keyboard button: Text must be non-empty")
    if "callback_data" in button:
        if not 1 <= len(button["callback_data"].encode()) <= LONGEST_CALLBACK:
            raise bad_request("BUTTON_DATA_INVALID")
    elif "url" in button:
        host = urlsplit(button["url"]).hostname or ""
        if "." not in host or re.fullmatch(r"(127|10)\..*", host):
            raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    else:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")


def read_text(asked: dict[str, Any]) -> dict[str, Any]:
    text, entities = asked.get("text", ""), []
    if asked.get("parse_mode") == "HTML":
        try:
            parsed = parse_html(text)
        except CannotParse as reason:
            raise Refused(400, str(reason)) from reason
        text, entities = parsed.text, parsed.entities
    elif asked.get("parse_mode"):
        raise bad_request("unsupported parse_mode")
    text = text.strip()
    if not text:
        raise bad_request("message text is empty")
    if utf16_length(text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    shown: dict[str, Any] = {"text": text}
    if entities:
        shown["entities"] = entities
    if markup := check_markup(asked.get("reply_markup")):
        shown["reply_markup"] = markup
    return shown
