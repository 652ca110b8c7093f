"""What every action does: read the situation out of Rasa's tracker, reply, and give back drafts and memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.context import get_helpdesk
from bot.draft_json import write_draft
from bot.helpdesk import Helpdesk
from bot.rasa import unpack_vector
from bot.replies.dialogue import conduct
from bot.replies.memory import SLOT, Memory
from bot.replies.situation import Situation
from bot.replies.subject import tell_subject
from handoff.messages import Author, Draft, Message, MessageKind


class HelpdeskAction(Action):  # type: ignore[misc]
    """A subclass names itself and its reply, a function of bot.replies."""

    title: ClassVar[str] = ""
    reply: ClassVar[staticmethod[[Helpdesk, Situation, Memory], list[Draft]]]

    def name(self) -> str:
        return self.title

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        situation = read_situation(tracker)
        drafts, memory = conduct(get_helpdesk(), situation, type(self).reply)
        for draft in tell_subject(get_helpdesk(), situation, drafts):
            dispatcher.utter_message(
                json_message={"draft": write_draft(draft), "understood": tell_understood(tracker)}
            )
        return [SlotSet(SLOT, memory.to_slot())]


def read_situation(tracker: Tracker) -> Situation:
    """Metadata is ours: the channel got it from bot.gateway.turns, behind a secret."""
    latest = tracker.latest_message
    metadata: Mapping[str, Any] = latest.get("metadata") or {}
    intent = latest.get("intent") or {}
    vector = metadata.get("vector")
    return Situation(
        text=str(metadata.get("text") or latest.get("text") or ""),
        locale=str(metadata.get("locale") or "lv"),
        value=metadata.get("value"),
        vector=unpack_vector(vector) if vector else None,
        owner=str(metadata.get("owner") or "bot"),
        channel=str(metadata.get("channel") or "web"),
        request_number=metadata.get("request_number"),
        entities=group_entities(latest.get("entities") or ()),
        slots={SLOT: tracker.slots.get(SLOT)},
        recent=tuple(read_message(told) for told in metadata.get("recent") or ()),
        intent=str(intent.get("name") or "question"),
        confidence=float(intent.get("confidence") or 0.0),
    )


def group_entities(found: Any) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for entity in found:
        grouped[str(entity["entity"])].append(str(entity["value"]))
    return dict(grouped)


def read_message(told: Mapping[str, Any]) -> Message:
    """One of `recent`: as much of a message as a reply looks at."""
    return Message(
        id=str(told.get("id", "")),
        conversation_id="",
        seq=0,
        author=Author(told["author"]),
        kind=MessageKind(told["kind"]),
        text=str(told.get("text") or ""),
        locale="",
        created_at=datetime.min.replace(tzinfo=timezone.utc),
        data=dict(told.get("data") or {}),
    )


def tell_understood(tracker: Tracker) -> dict[str, Any]:
    latest = tracker.latest_message
    entities = [{"entity": item["entity"], "value": item["value"]} for item in latest.get("entities") or ()]
    return {"intent": latest.get("intent") or {}, "entities": entities}
