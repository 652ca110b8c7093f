"""WCAG contrast computed from the design tokens: 4.5:1 for text, 3:1 for controls and the focus ring."""

import re
from pathlib import Path

import pytest

from bot.gateway import assets, widget_bundle

TOKENS = (assets.FOLDER / "tokens.css").read_text("utf-8")
WIDGET = (widget_bundle.FOLDER / "style.css").read_text("utf-8")
PAGE_TEXT = [
    (ink, ground)
    for ink in ("ink", "ink-soft", "link", "accent")
    for ground in ("paper", "surface", "surface-soft")
] + [
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("accent-strong", "accent-soft"),
    ("ink", "accent-soft"),
    ("good", "good-soft"),
    ("warn", "warn-soft"),
    ("bad", "bad-soft"),
    ("bad", "surface"),
]
PAGE_CONTROLS = [(line, ground) for line in ("control-line", "focus-outer") for ground in ("paper", "surface")]
WIDGET_TEXT = [
    ("ink", "paper"), ("ink", "soft"), ("ink", "own"), ("ink", "person"), ("ink-soft", "paper"),
    ("link", "paper"), ("link", "soft"), ("link", "person"), ("accent", "paper"), ("accent", "own"),
    ("on-accent", "accent"), ("bad", "bad-soft"), ("bad", "paper"), ("good", "person"), ("paper", "bad"),
    ("paper", "ink"), ("on-head", "head"), ("ink-soft", "own"), ("ink-soft", "person"), ("link", "own"),
    ("accent", "person"), ("ink", "bad-soft"),
]  # fmt: skip
WIDGET_CONTROLS = [
    ("control-line", "paper"),
    ("focus-outer", "focus-inner"),
    *(("focus-outer", ground) for ground in ("paper", "soft", "own", "person")),
    ("on-head", "head"),
    ("good", "person"),
    ("good", "paper"),
]
"""In the head the ring has the colour of its words; a coordinator's bubble is told by a bar, too."""


def read_colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):[^;]*?(#[0-9a-f]{6})", block))


def looks(style: str, light: str, dark: str) -> dict[str, dict[str, str]]:
    first, second = style.index(light), style.index(dark)
    bright = read_colours(style[first:second])
    return {"light": bright, "dark": bright | read_colours(style[second : style.index("}", second)])}


PAGES = looks(TOKENS, ":root {", "@media (prefers-color-scheme: dark)")
CHAT = looks(WIDGET, ".frame {", ".dark {")


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("ink, ground", PAGE_TEXT)
def test_text_of_pages_is_readable(look: str, ink: str, ground: str) -> None:
    assert contrast(PAGES[look][ink], PAGES[look][ground]) >= 4.5


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("line, ground", PAGE_CONTROLS)
def test_controls_of_pages_are_visible(look: str, line: str, ground: str) -> None:
    assert contrast(PAGES[look][line], PAGES[look][ground]) >= 3


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("ink, ground", WIDGET_TEXT)
def test_text_of_the_chat_is_readable(look: str, ink: str, ground: str) -> None:
    assert contrast(CHAT[look][ink], CHAT[look][ground]) >= 4.5


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("line, ground", WIDGET_CONTROLS)
def test_controls_of_the_chat_are_visible(look: str, line: str, ground: str) -> None:
    assert contrast(CHAT[look][line], CHAT[look][ground]) >= 3


def test_colours_are_written_in_the_tokens_only() -> None:
    for path in Path(assets.FOLDER).glob("*.css"):
        if path.name != "tokens.css":
            found = set(re.findall(r"(?<!&)#[0-9a-fA-F]{3,8}\b", path.read_text("utf-8")))
            assert found <= {"#fff", "#000", "#8a1c2f"}, f"{path.name}: {found}"
