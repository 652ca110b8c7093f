"""Dates of demonstration materials, written as days from today ("+30d"), as the days they mean."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from knowledge.document import Document

_OFFSET = re.compile(r"^([+-]\d{1,4})d$")


def settle(document: Document, today: date) -> Document:
    """The document with days instead of offsets; one that is no demonstration is left as it is."""
    if not document.demo:
        return document
    return replace(document, fields={name: _settle(value, today) for name, value in document.fields.items()})


def _settle(value: Any, today: date) -> Any:
    if isinstance(value, list):
        return [_settle(one, today) for one in value]
    found = _OFFSET.match(value) if isinstance(value, str) else None
    return today + timedelta(days=int(found[1])) if found else value
