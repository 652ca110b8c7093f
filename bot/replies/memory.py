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

    `shown` (with the `rest` not shown yet) and `passages` are what the last list offered to choose from; `call` is
    the one spoken of. `programme`: since then a programme was told of, so that "there" means that.
    `question` is the last one asked of retrieval and `answered` the passage it was answered from, `said`
    the last text the bot said. `misses` counts messages in
    a row without a good answer. `offer` is what a "yes" would mean now. `form` is the open consultation form (see
    bot.replies.form). `told_languages`: a person who writes in Russian was told in what language the answers are.
    """

    told: dict[str, str] = field(default_factory=dict)
    filters: dict[str, str] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    offset: int = 0
    passages: list[str] = field(default_factory=list)
    call: str | None = None
    question: str | None = None
    answered: str | None = None
    misses: int = 0
    offer: str | None = None
    form: dict[str, Any] | None = None
    said: str | None = None
    told_languages: bool = False
    programme: bool = False

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

    def show_calls(self, ids: Iterable[str], *, first: int = 1, rest: Iterable[str] = ()) -> None:
        """A page of a list whose numbers begin with `first`; `rest` is what the list still holds."""
        before = (self.shown + [""] * first)[: first - 1]
        self.shown, self.rest, self.passages = [*before, *ids], list(rest), []
        self.call = self.shown[0] if len(self.shown) == 1 and not self.rest else None
        self.programme = False

    def pick(self, place: str | None) -> str | None:
        """The one at a place of the list counted from 1, be its page shown or not; `last`: the last one shown."""
        if not place or not self.shown:
            return None
        known = self.shown if place == "last" else [*self.shown, *self.rest]
        index = len(known) if place == "last" else int(place)
        return (known[index - 1] or None) if 1 <= index <= len(known) else None

    def is_beyond(self, place: str | None) -> bool:
        return bool(self.shown) and place is not None and self.pick(place) is None


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
        shown = [str(call["id"]) for call in message.data.get("calls", ())]
        memory.show_calls(shown, first=int(message.data.get("first") or 1))
    elif message.kind is MessageKind.CALL and message.data.get("call"):
        memory.call = str(message.data["call"]["id"])
    elif message.kind is MessageKind.FORM:
        memory.form = message.data.get("form")
    elif message.kind is MessageKind.HANDOFF:
        memory.form = None
    memory.offer = message.data.get("offer")
