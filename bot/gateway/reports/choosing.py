"""Which days a report is about, as its address says: `period`, or `from` and `to`, and `unit`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field

from bot.helpdesk import Helpdesk
from handoff.errors import Invalid
from handoff.reports.periods import PRESETS, Period, find_period

DEFAULT = "month"


class Choice(BaseModel):
    """Dates are ISO 8601, both days included; the helpdesk's own time zone says what day it is."""

    model_config = ConfigDict(populate_by_name=True)

    period: str = Field("", max_length=20, description=f"One of {', '.join(PRESETS)}; default {DEFAULT}.")
    first: str = Field("", max_length=10, alias="from", description="The first day; `custom` is meant then.")
    last: str = Field("", max_length=10, alias="to", description="The last day; default today.")
    unit: str = Field("", max_length=10, description="week or month; by default as long as the period is.")

    @property
    def preset(self) -> str:
        return self.period or ("custom" if self.first or self.last else DEFAULT)

    def find(self, today: date) -> Period:
        """Raises Invalid."""
        first, last = read_day(self.first, "from"), read_day(self.last, "to")
        return find_period(self.preset, today, first=first, last=last, unit=self.unit or None)


@dataclass(frozen=True, slots=True)
class Chosen:
    """`wrong` names what the address got wrong: the period is the default one then."""

    preset: str
    period: Period
    wrong: str = ""

    @property
    def lasting(self) -> str:
        """The query that means the same days tomorrow."""
        facts = {"period": "custom", "from": self.period.first, "to": self.period.last, "unit": self.period.unit}
        return urlencode(facts)


def read_day(text: str, field: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Invalid("a day is YYYY-MM-DD", field=field, reason="not_a_date") from error


def today_at(helpdesk: Helpdesk) -> date:
    return helpdesk.clock().astimezone(helpdesk.settings.zone).date()


def choose(choice: Choice, today: date) -> Chosen:
    try:
        return Chosen(choice.preset, choice.find(today))
    except Invalid as error:
        return Chosen(DEFAULT, find_period(DEFAULT, today), str(error.facts.get("reason", "unknown")))
