"""Trackers in memory, and no more of them than is needed: a server that runs for months does not grow.

The last few messages are kept: rules look at one turn, and each turn writes the dialogue's memory anew. The
conversations that were silent the longest are forgotten first; the helpdesk finds them again in its own record.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

MOST_TURNS = 3
MOST_CONVERSATIONS = 5000


class RecentTrackers(InMemoryTrackerStore):
    def __init__(self, domain: Domain, event_broker: EventBroker | None = None, **kwargs: Any) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self.store: OrderedDict[str, str] = OrderedDict()

    async def save(self, tracker: DialogueStateTracker) -> None:
        await self.stream_events(tracker)
        self.store[tracker.sender_id] = self.serialise_tracker(shorten(tracker, self.domain))
        self.store.move_to_end(tracker.sender_id)
        while len(self.store) > MOST_CONVERSATIONS:
            self.store.popitem(last=False)


def shorten(tracker: DialogueStateTracker, domain: Domain) -> DialogueStateTracker:
    events = list(tracker.events)
    start = find_start(events)
    if start == 0:
        return tracker
    return DialogueStateTracker.from_events(tracker.sender_id, events[start:], domain.slots)


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
