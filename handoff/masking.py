"""Latvian personal codes are not needed here: they are masked before anything is stored.

Addresses and telephone numbers are needed by whoever answers, in the conversation and its form; wherever else
words of visitors are shown (lists, alerts), they are masked as well.
"""

from __future__ import annotations

import re

MASK = "••••••-•••••"
CODE = re.compile(r"(?<![\d-])(\d{6})(\s?[-–—]\s?|)(\d{5})(?![\d-])")
EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
PHONE = re.compile(
    r"(?<![\w.,-])(?:(?:\+|00)\d(?:[ ()-]?\d){6,13}|\d(?:[ -]?\d){7})"
    r"(?![\w-]|[ -]?\d|[.,]\d|\s*(?:EUR|eiro|euro|€))"
)
"""With a country's code, or the eight digits of a Latvian number; a sum of money is none."""
MASKED_EMAIL, MASKED_PHONE = "•••@•••", "••• •• •••"
WEIGHTS = (1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def mask_personal_codes(text: str) -> str:
    """ddmmyy-nnnnn, and the newer codes that begin with 32 (Population register law, since July 2017).

    Eleven digits without a hyphen may be a phone or a registration number, so there the old code's check digit
    must be right too.
    """
    return CODE.sub(lambda found: MASK if _is_code(found[1], found[2], found[3]) else found[0], text)


def mask_contacts(text: str) -> str:
    """For a preview: without e-mail addresses, telephone numbers and personal codes, in no language's words."""
    made = mask_personal_codes(EMAIL.sub(MASKED_EMAIL, text))
    return PHONE.sub(MASKED_PHONE, made)


def _is_code(date: str, hyphen: str, rest: str) -> bool:
    if date.startswith("32"):
        return True
    plausible = 1 <= int(date[:2]) <= 31 and 1 <= int(date[2:4]) <= 12
    return plausible and (bool(hyphen.strip()) or _has_check_digit(date + rest))


def _has_check_digit(digits: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=False))
    return (1101 - total) % 11 % 10 == int(digits[10])
