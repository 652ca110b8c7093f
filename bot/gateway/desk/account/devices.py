"""A browser's name for itself, as people know it: the program and the system."""

from __future__ import annotations

import re

from bot.wording import say

BROWSERS = (
    ("Edge", r"\bEdg(?:e|A|iOS)?/"),
    ("Opera", r"\bOPR/|\bOpera"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"\b(?:Chrome|CriOS|Chromium|HeadlessChrome)/"),
    ("Safari", r"\bSafari/"),
)
"""The most particular first: nearly each says that it is some of the others too."""
SYSTEMS = (
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("Windows", r"\bWindows\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("macOS", r"\bMac OS X\b|\bMacintosh\b"),
    ("Linux", r"\bLinux\b"),
)


def find_name(agent: str, names: tuple[tuple[str, str], ...]) -> str | None:
    return next((name for name, pattern in names if re.search(pattern, agent)), None)


def name_device(locale: str, agent: str) -> str:
    """„Firefox, Windows”; what is not known is said to be so."""
    told = [name for name in (find_name(agent, BROWSERS), find_name(agent, SYSTEMS)) if name]
    return ", ".join(told) or say(locale, "account.sessions.unknown")
