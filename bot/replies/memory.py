"""What the dialogue remembers of a person between two messages, and how it is found again when Rasa forgot it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from bot.replies.situation import Situation
from handoff.messages import Author, Message, MessageKind

SLOT = "memory"
ABOUT_PERSON = ("applicant", "region", "theme", "target_group", "stage", "amount", "email", "phone")


@dataclass
class Memory:
    """`told`: what the person said of themselves. `filters`: what the calls shown were narrowed by.

    `shown` and `passages` are what the last list offered to choose from; `call` is the one spoken of.
    `question` is the last one asked of retrieval and `answered` the passage it was answered from, `said`
    the last text the bot said. `misses` counts messages in
    a row without a good answer. `offer` is what a "yes" would mean now. `form` is the open consultation form (see
    bot.replies.form).
    """

    told: dict[str, str] = field(default_factory=dict)
    filters: dict[str, str] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    offset: int = 0
    passages: list[str] = field(default_factory=list)
    call: str | None = None
    question: str | None = None
    answered: str | None = None
    misses: int = 0
    offer: str | None = None
    form: dict[str, Any] | None = None
    said: str | None = None

    @classmethod
    def of(cls, situation: Situation) -> Memory:
        kept = situation.slots.get(SLOT)
        return read_memory(kept) if isinstance(kept, Mapping) else recall(situation.recent)

    def to_slot(self) -> dict[str, Any]:
        return asdict(self)

    def learn(self, entities: Mapping[str, list[str]]) -> None:
        for name in ABOUT_PERSON:
            if entities.get(name):
                self.told[name] = entities[name][-1]

    def show_calls(self, ids: Iterable[str]) -> None:
        self.shown, self.passages = list(ids), []
        self.call = self.shown[0] if len(self.shown) == 1 else None


def read_memory(kept: Mapping[str, Any]) -> Memory:
    known = {item.name for item in fields(Memory)}
    return Memory(**{name: value for name, value in kept.items() if name in known})


def recall(recent: Iterable[Message]) -> Memory:
    """From the conversation's own record: the list, the call and the form that were shown last."""
    memory = Memory()
    for message in recent:
        if message.author is not Author.BOT:
            memory.question = memory.question or (message.text if message.author is Author.VISITOR else None)
            continue
        _recall_message(memory, message)
    return memory


def _recall_message(memory: Memory, message: Message) -> None:
    if message.kind is MessageKind.CALLS:
        memory.show_calls(str(call["id"]) for call in message.data.get("calls", ()))
    elif message.kind is MessageKind.CALL and message.data.get("call"):
        memory.call = str(message.data["call"]["id"])
    elif message.kind is MessageKind.FORM:
        memory.form = message.data.get("form")
    elif message.kind is MessageKind.HANDOFF:
        memory.form = None
    memory.offer = message.data.get("offer")
