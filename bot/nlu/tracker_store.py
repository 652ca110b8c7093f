"""Trackers in memory, and no more of them than is needed: a server that runs for months does not grow.

The last few messages are kept, without their words: rules look at intents and actions, and each turn writes the
dialogue's memory anew. The conversations that were silent the longest are forgotten first; the helpdesk finds them
again in its own record. Events are kept as they are: written as JSON and read again they cost more than all else
that Rasa does in a turn. A conversation that was erased is forgotten at once and never remembered again, though a
turn of it be under way.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

MOST_TURNS = 3
MOST_CONVERSATIONS = 5000


class RecentTrackers(InMemoryTrackerStore):
    """Sessions are never told apart: they do not expire, and another matter has another sender."""

    def __init__(self, domain: Domain, event_broker: EventBroker | None = None, **kwargs: Any) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self.store: OrderedDict[str, list[Event]] = OrderedDict()
        self._erased: OrderedDict[str, None] = OrderedDict()

    async def save(self, tracker: DialogueStateTracker) -> None:
        if conversation_of(tracker.sender_id) in self._erased:
            return
        await self.stream_events(tracker)
        self.store[tracker.sender_id] = shorten(list(tracker.events))
        self.store.move_to_end(tracker.sender_id)
        drop_oldest(self.store)

    async def _retrieve(self, sender_id: str, fetch_all_sessions: bool) -> DialogueStateTracker | None:
        events = self.store.get(sender_id)
        return None if events is None else DialogueStateTracker.from_events(sender_id, events, self.domain.slots)

    def forget(self, conversation_id: str) -> int:
        """How many trackers of it there were."""
        self._erased[conversation_id] = None
        drop_oldest(self._erased)
        return drop_trackers(self.store, conversation_id)


def conversation_of(sender_id: str) -> str:
    """The helpdesk calls a sender `<conversation>.<session>`."""
    return sender_id.rpartition(".")[0]


def drop_oldest(kept: OrderedDict[str, Any]) -> None:
    while len(kept) > MOST_CONVERSATIONS:
        kept.popitem(last=False)


def drop_trackers(kept: dict[str, Any], conversation_id: str) -> int:
    senders = [sender for sender in kept if conversation_of(sender) == conversation_id]
    for sender in senders:
        del kept[sender]
    return len(senders)


def find_stores(store: TrackerStore | None) -> Iterator[TrackerStore]:
    """The store and those that Rasa has put behind it: it wraps ours, and falls back to one of its own."""
    if store is None:
        return
    yield store
    for name in ("_tracker_store", "_fallback_tracker_store"):
        yield from find_stores(getattr(store, name, None))


def forget_conversation(store: TrackerStore, conversation_id: str) -> int | None:
    """How many trackers were forgotten; None where trackers are kept by a store that cannot be told to."""
    forgotten = None
    for one in find_stores(store):
        if isinstance(one, RecentTrackers):
            forgotten = (forgotten or 0) + one.forget(conversation_id)
        elif isinstance(one, InMemoryTrackerStore):
            forgotten = (forgotten or 0) + drop_trackers(one.store, conversation_id)
    return forgotten


def shorten(events: list[Event]) -> list[Event]:
    return [blank(event) for event in events[find_start(events) :] if is_needed(event, events)]


def is_needed(event: Event, events: list[Event]) -> bool:
    """Not what the bot said, nor what a slot held before."""
    if isinstance(event, BotUttered):
        return False
    if isinstance(event, SlotSet):
        last = next(one for one in reversed(events) if isinstance(one, SlotSet) and one.key == event.key)
        return event is last
    return True


def blank(event: Event) -> Event:
    """A message keeps what it was taken for. Its words, its vector and what was said before it go."""
    if not isinstance(event, UserUttered):
        return event
    intent = {name: value for name, value in event.intent.items() if name in ("name", "confidence")}
    return UserUttered(
        "", intent, timestamp=event.timestamp, input_channel=event.input_channel, message_id=event.message_id
    )


def find_start(events: list[Event]) -> int:
    """Where the last turns begin: at the listening before the first message that is kept."""
    said = [place for place, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(said) <= MOST_TURNS:
        return 0
    listening = (
        place
        for place in range(said[-MOST_TURNS], -1, -1)
        if isinstance(events[place], ActionExecuted) and events[place].action_name == ACTION_LISTEN_NAME
    )
    return next(listening, 0)
