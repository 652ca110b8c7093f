"""Latvian personal codes are not needed here: they are masked before anything is stored."""

from __future__ import annotations

import re

MASK = "••••••-•••••"
CODE = re.compile(r"(?<![\d-])(\d{6})(\s?[-–—]\s?|)(\d{5})(?![\d-])")
WEIGHTS = (1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def mask_personal_codes(text: str) -> str:
    """ddmmyy-nnnnn, and the newer codes that begin with 32 (Population register law, since July 2017).

    Eleven digits without a hyphen may be a phone or a registration number, so there the old code's check digit
    must be right too.
    """
    return CODE.sub(lambda found: MASK if _is_code(found[1], found[2], found[3]) else found[0], text)


def _is_code(date: str, hyphen: str, rest: str) -> bool:
    if date.startswith("32"):
        return True
    plausible = 1 <= int(date[:2]) <= 31 and 1 <= int(date[2:4]) <= 12
    return plausible and (bool(hyphen.strip()) or _has_check_digit(date + rest))


def _has_check_digit(digits: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=False))
    return (1101 - total) % 11 % 10 == int(digits[10])
