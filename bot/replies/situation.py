"""What a reply is made from: who asks, in which language, and what was said before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from handoff.messages import Message
from retrieval.encoder import Vector


@dataclass(frozen=True, slots=True)
class Situation:
    """`text` is what was said, `value` the pressed button's opaque value if one was pressed.

    `entities` are normalised: {"theme": ["ageing"], "applicant": ["association"], …}. `slots` is what the
    dialogue remembers. `owner` is `bot` or `queue`: while it is `queue` a person has been asked for already.
    `intent` is what the message was understood as, with its `confidence` (0 to 1).
    """

    text: str
    locale: str
    value: str | None = None
    vector: Vector | None = None
    owner: str = "bot"
    channel: str = "web"
    request_number: int | None = None
    entities: dict[str, list[str]] = field(default_factory=dict)
    slots: dict[str, Any] = field(default_factory=dict)
    recent: tuple[Message, ...] = ()
    intent: str = "question"
    confidence: float = 1.0

    def first(self, entity: str) -> str | None:
        """The first value of an entity that was said, if any."""
        values = self.entities.get(entity)
        return values[0] if values else None
