"""A recorded message as it looks in a chat."""

from datetime import datetime, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.commands import COMMANDS, find_command, make_menu
from bot.channels.telegram.keyboards import arrange, make_keyboard, own_button, read_own_value
from bot.channels.telegram.rendering import render
from bot.wording import LOCALES
from handoff.messages import Author, Button, Message, MessageKind, SourceLink
from tests.telegram_api import check_markup
from tests.telegram_entities import parse_html, utf16_length

BASE = "https://palidziba.example.lv"
SOURCE = SourceLink("lv/kas-ir", "Kas ir <inovācija>", "Jēdziens", "/library/lv/kas-ir#jedziens", "…", 0.9)


def message(text: str = "Labdien!", **more: Any) -> Message:
    told: dict[str, Any] = {
        "id": "m1",
        "conversation_id": "c1",
        "seq": 1,
        "author": Author.BOT,
        "kind": MessageKind.TEXT,
        "locale": "lv",
        "created_at": datetime(2026, 11, 24, tzinfo=timezone.utc),
    }
    return Message(text=text, **{**told, **more})


def test_sources_are_links_to_their_passage() -> None:
    (part,) = render(message(kind=MessageKind.ANSWER, sources=(SOURCE,)), BASE)
    parsed = parse_html(part.html)
    assert parsed.text == "Labdien!\n\nAvots:\n📄 Kas ir <inovācija> – Jēdziens"
    assert [entity["url"] for entity in parsed.entities if entity["type"] == "text_link"] == [
        f"{BASE}/library/lv/kas-ir#jedziens"
    ]


def test_a_call_title_is_the_way_to_its_page() -> None:
    card = {"id": "x", "title": "[Demo] Seniori", "url": "/library/lv/x"}
    text = "Atvērts viens konkurss.\n1. **[Demo] Seniori** – līdz 15. decembrim; līdz 50 000 EUR"
    (part,) = render(message(text, kind=MessageKind.CALLS, data={"calls": [card]}), BASE)
    parsed = parse_html(part.html)
    assert "1. [Demo] Seniori – līdz 15. decembrim" in parsed.text
    assert [entity.get("url") for entity in parsed.entities if "url" in entity] == [f"{BASE}/library/lv/x"]


def test_a_coordinator_is_named() -> None:
    (part,) = render(message("Sveiki", author=Author.COORDINATOR, data={"name": "Anna <K>"}), BASE)
    assert parse_html(part.html).text == "👤 Anna <K>, koordinators:\n\nSveiki"


def test_buttons_stand_below_the_last_part() -> None:
    parts = render(message("Teksts. " * 1200, buttons=(Button("Jā", "affirm"),)), BASE)
    assert [part.keyboard is not None for part in parts] == [False, False, True]


def test_a_message_of_marks_alone_still_says_something() -> None:
    assert render(message("**"), BASE)[0].fallback == "**"
    assert render(message(""), BASE)[0].html == "…"


@given(
    st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("<>&*_[]()\n"), max_size=9000),
    st.lists(st.builds(Button, st.text(max_size=70), st.text(max_size=70)), max_size=8),
)
def test_whatever_is_said_telegram_takes_it(text: str, buttons: list[Button]) -> None:
    sound = tuple(Button(b.title.replace("\x00", ""), b.value) for b in buttons)
    for part in render(message(text, buttons=sound, sources=(SOURCE,), kind=MessageKind.ANSWER), BASE):
        shown = parse_html(part.html).text
        assert 0 < utf16_length(shown) <= 4096
        if part.keyboard:
            check_markup(part.keyboard.to_dict())


def test_short_buttons_stand_in_pairs() -> None:
    rows = arrange([own_button(title, "x") for title in ("Jā", "Nē", "Pastāstiet par to vairāk, lūdzu", "Atcelt")])
    assert [[button.text for button in row] for row in rows] == [
        ["Jā", "Nē"],
        ["Pastāstiet par to vairāk, lūdzu"],
        ["Atcelt"],
    ]


def test_own_values_are_told_from_the_bots() -> None:
    value = own_button("x", "page", 12, 1).callback_data
    assert read_own_value(str(value)) == ("page", ["12", "1"])
    assert read_own_value("list_calls:theme=ageing") is None


def test_a_button_telegram_would_refuse_is_left_out() -> None:
    keyboard = make_keyboard([Button("Labs", "ok"), Button("Garš", "x" * 65), Button(" ", "y")])
    assert keyboard is not None
    assert [button.text for row in keyboard.inline_keyboard for button in row] == ["Labs"]


def test_every_command_has_a_name_in_each_language_and_none_twice() -> None:
    names = [name for command in COMMANDS for name in command.all_names]
    assert len(names) == len(set(names))
    for locale in LOCALES:
        assert len(make_menu(locale)) == len(COMMANDS)
    assert find_command("KONKURSI") is find_command("calls")
