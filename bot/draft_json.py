"""A Draft as JSON: how the bot's words travel from an action through Rasa back to the gateway."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from handoff.messages import Button, Draft, Effect, MessageKind, SourceLink


def write_draft(draft: Draft) -> dict[str, Any]:
    return asdict(draft)


def read_draft(told: dict[str, Any]) -> Draft:
    """Raises KeyError, TypeError or ValueError for anything that is not a draft."""
    effect = told.get("effect")
    return Draft(
        kind=MessageKind(told["kind"]),
        text=str(told["text"]),
        locale=str(told["locale"]),
        buttons=tuple(Button(**button) for button in told.get("buttons", ())),
        sources=tuple(SourceLink(**source) for source in told.get("sources", ())),
        data=dict(told.get("data") or {}),
        effect=Effect(**effect) if effect else None,
        evidence=dict(told.get("evidence") or {}),
    )
