"""Reports counted a moment ago, kept so that a page looked at again, or by a colleague, is there at once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from fastapi import Request

from bot.helpdesk import Helpdesk
from handoff.permissions import require_reading
from handoff.reports.periods import Period
from handoff.reports.summary import Summary, summarise
from handoff.views import Actor

LASTS = timedelta(minutes=1)
MOST = 40


class KeptReports:
    """Of each period a report with coordinators' names and one without; they never stand in for each other."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self._helpdesk = helpdesk
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[Period, bool], tuple[datetime, Summary]] = OrderedDict()

    def read(self, actor: Actor, period: Period) -> Summary:
        """At most a minute old. Raises NotAllowed for who may not read reports."""
        require_reading(actor)
        key, now = (period, actor.role == "administrator"), self._helpdesk.clock()
        with self._lock:
            counted_at, summary = self._kept.get(key, (None, None))
        if summary is not None and counted_at is not None and counted_at <= now < counted_at + LASTS:
            return summary
        with self._helpdesk.database.reading() as session:
            summary = summarise(session, actor, period)
        with self._lock:
            self._kept[key] = (now, summary)
            self._kept.move_to_end(key)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return summary


def kept_reports(request: Request) -> KeptReports:
    """Of this process."""
    state = request.app.state
    if not hasattr(state, "reports"):
        state.reports = KeptReports(state.helpdesk)
    kept: KeptReports = state.reports
    return kept
