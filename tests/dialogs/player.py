"""Plays a dialogue through the whole product in one process: record, Rasa, actions, retrieval, record."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml
from sqlalchemy import select

from bot.actions import context
from bot.gateway.turns import TurnWorker
from bot.helpdesk import Helpdesk
from bot.rasa import Rasa
from bot.replies.smalltalk import greeting
from handoff.conversations import get_conversation, list_messages, open_conversation, record_visitor_message
from handoff.messages import Author, Button, Message, MessageKind
from handoff.models.request import Request
from knowledge.clock import fixed_clock

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Dialogue:
    name: str
    file: str
    locale: str
    turns: Sequence[dict[str, Any]]
    channel: str = "web"
    now: datetime | None = None


@dataclass
class Played:
    """`said` is the conversation in words, for reading; `missed` what did not come as the dialogue expects."""

    said: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def read_dialogues() -> Iterator[Dialogue]:
    for path in sorted(FOLDER.glob("*.yml")):
        for told in yaml.safe_load(path.read_text("utf-8")):
            now = datetime.fromisoformat(told["now"]) if told.get("now") else None
            yield Dialogue(told["name"], path.stem, told["locale"], told["turns"], told.get("channel", "web"), now)


@dataclass
class Rasas:
    """Where the Rasa server of this run is; without one the product answers by itself."""

    url: str
    secret: str
    timeout: float = 15.0
    log: Path | None = None


class Player:
    """One conversation with the product."""

    def __init__(self, helpdesk: Helpdesk, rasa: Rasas | None, dialogue: Dialogue) -> None:
        self._helpdesk = replace_clock(helpdesk, dialogue.now)
        self._rasa = rasa
        self._database = self._helpdesk.database
        with self._database.transaction() as session:
            opened, _ = open_conversation(
                session,
                channel=dialogue.channel,
                locale=dialogue.locale,
                consent="1",
                page=None,
                greeting=greeting(dialogue.locale),
                external_id=str(uuid4()) if dialogue.channel != "web" else None,
            )
        self.id = opened.id

    def say(self, text: str, value: str | None = None) -> list[Message]:
        with self._database.transaction() as session:
            recorded = record_visitor_message(session, self.id, client_id=str(uuid4()), text=text, value=value)
        asyncio.run(self._answer())
        with self._database.reading() as session:
            heard = list_messages(session, self.id, after=recorded.message.seq)
        return [message for message in heard if message.author is not Author.VISITOR]

    async def _answer(self) -> None:
        rasa = Rasa(self._rasa.url, self._rasa.secret, self._rasa.timeout) if self._rasa else None
        context.set_helpdesk(self._helpdesk)
        worker = TurnWorker(self._helpdesk, rasa)
        try:
            for turn in worker.lease():
                await worker.work_on(turn)
        finally:
            if rasa:
                await rasa.close()

    def press(self, title: str) -> list[Message]:
        found = self.find_button(title)
        return self.say(found.title, found.value)

    def find_button(self, title: str) -> Button:
        with self._database.reading() as session:
            said = list_messages(session, self.id)
        offered = [button for message in reversed(said) for button in message.buttons]
        for button in offered:
            if title.casefold() in button.title.casefold():
                return button
        raise LookupError(f"no button {title!r} among {[button.title for button in offered[:12]]}")

    @property
    def owner(self) -> str:
        with self._database.reading() as session:
            return str(get_conversation(session, self.id).owner)

    @property
    def reason(self) -> str | None:
        with self._database.reading() as session:
            opened = select(Request.reason).where(Request.conversation_id == self.id, Request.state != "closed")
            return session.scalar(opened)


def replace_clock(helpdesk: Helpdesk, now: datetime | None) -> Helpdesk:
    return replace(helpdesk, clock=fixed_clock(now)) if now else helpdesk


def play(helpdesk: Helpdesk, rasa: Rasas | None, dialogue: Dialogue) -> Played:
    player, played = Player(helpdesk, rasa, dialogue), Played()
    for number, turn in enumerate(dialogue.turns, 1):
        try:
            said, heard = _take_turn(player, turn)
        except LookupError as error:
            played.missed.append(f"turn {number}: {error}")
            break
        played.said += [f"> {said}", *(_tell(message) for message in heard)]
        played.missed += [
            f"turn {number} ({said!r}): {miss}" for miss in check(player, heard, turn.get("gets", {}))
        ]
    return played


def _take_turn(player: Player, turn: dict[str, Any]) -> tuple[str, list[Message]]:
    if "presses" in turn:
        return f"[{turn['presses']}]", player.press(turn["presses"])
    return turn["says"], player.say(turn["says"])


def _tell(message: Message) -> str:
    offered = " ".join(f"[{button.title}]" for button in message.buttons)
    return f"{message.kind}: {message.text} {offered}".rstrip()


def check(player: Player, heard: Sequence[Message], gets: dict[str, Any]) -> Iterator[str]:
    if not heard:
        yield "the bot said nothing"
        return
    for name, expected in gets.items():
        yield from CHECKS[name](player, heard, expected)


def _kinds(heard: Sequence[Message]) -> list[str]:
    return [str(message.kind) for message in heard]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _check_kind(_: Player, heard: Sequence[Message], expected: Any) -> Iterator[str]:
    if not set(_as_list(expected)) & set(_kinds(heard)):
        yield f"kind {_kinds(heard)}, not {expected}"


def _check_not_kind(_: Player, heard: Sequence[Message], expected: Any) -> Iterator[str]:
    if set(_as_list(expected)) & set(_kinds(heard)):
        yield f"kind {_kinds(heard)}, among them {expected}"


def _check_says(_: Player, heard: Sequence[Message], expected: Any) -> Iterator[str]:
    told = "\n".join(message.text for message in heard).casefold().replace("\u00a0", " ")
    for text in _as_list(expected):
        if str(text).casefold() not in told:
            yield f"not said: {text!r}"


def _check_not_says(_: Player, heard: Sequence[Message], expected: Any) -> Iterator[str]:
    told = "\n".join(message.text for message in heard).casefold().replace("\u00a0", " ")
    for text in _as_list(expected):
        if str(text).casefold() in told:
            yield f"said: {text!r}"


def _calls(heard: Sequence[Message]) -> list[str]:
    shown = [call["id"] for message in heard for call in message.data.get("calls", ())]
    return shown + [message.data["call"]["id"] for message in heard if message.data.get("call")]


def _check_calls(_: Player, heard: Sequence[Message], expected: Any) -> Iterator[str]:
    for call in _as_list(expected):
        if call not in _calls(heard):
            yield f"call {call} not among {_calls(heard)}"


def _check_not_calls(_: Player, heard: Sequence[Message], expected: Any) -> Iterator[str]:
    for call in _as_list(expected):
        if call in _calls(heard):
            yield f"call {call} is among {_calls(heard)}"


def _check_first_call(_: Player, heard: Sequence[Message], expected: Any) -> Iterator[str]:
    if _calls(heard)[:1] != [expected]:
        yield f"first call {_calls(heard)[:1]}, not {expected}"


def _check_source(_: Player, heard: Sequence[Message], expected: Any) -> Iterator[str]:
    shown = {source.document.partition("/")[2] for message in heard for source in message.sources}
    if not shown & set(_as_list(expected)):
        yield f"sources {sorted(shown)}, not {expected}"


def _check_buttons(_: Player, heard: Sequence[Message], expected: Any) -> Iterator[str]:
    titles = " | ".join(button.title.casefold() for message in heard for button in message.buttons)
    for title in _as_list(expected):
        if str(title).casefold() not in titles:
            yield f"no button {title!r} among {titles}"


def _form(heard: Sequence[Message]) -> dict[str, Any] | None:
    found = [message.data["form"] for message in heard if message.kind is MessageKind.FORM]
    return found[-1] if found else None


def _check_form(_: Player, heard: Sequence[Message], expected: Any) -> Iterator[str]:
    form = _form(heard)
    answers = form["answers"] if form else {}
    for name, value in expected.items():
        if answers.get(name) != value and not (value and str(value) in str(answers.get(name, ""))):
            yield f"form holds {name}={answers.get(name)!r}, not {value!r}"


def _check_asks(_: Player, heard: Sequence[Message], expected: Any) -> Iterator[str]:
    form = _form(heard)
    step = form["step"] if form else None
    if step not in _as_list(expected):
        yield f"asks {step}, not {expected}"


def _check_owner(player: Player, _: Sequence[Message], expected: Any) -> Iterator[str]:
    if player.owner != expected:
        yield f"owner {player.owner}, not {expected}"


def _check_reason(player: Player, _: Sequence[Message], expected: Any) -> Iterator[str]:
    if player.reason not in _as_list(expected):
        yield f"reason {player.reason}, not {expected}"


def _check_locale(_: Player, heard: Sequence[Message], expected: Any) -> Iterator[str]:
    wrong = [message.locale for message in heard if message.author is Author.BOT and message.locale != expected]
    if wrong:
        yield f"locale {wrong}, not {expected}"


CHECKS = {
    "kind": _check_kind,
    "not_kind": _check_not_kind,
    "says": _check_says,
    "not_says": _check_not_says,
    "calls": _check_calls,
    "not_calls": _check_not_calls,
    "first_call": _check_first_call,
    "source": _check_source,
    "buttons": _check_buttons,
    "form": _check_form,
    "asks": _check_asks,
    "owner": _check_owner,
    "reason": _check_reason,
    "locale": _check_locale,
}
