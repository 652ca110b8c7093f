"""What the system says by itself when a request moves, and to coordinators when something needs them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.wording import UnknownSentence, say
from knowledge.clock import Clock


class HandoffWords:
    """Fills the port handoff.wording.Wording. Moments are told as people do: "rīt plkst. 9.00"."""

    def __init__(
        self, zone: ZoneInfo, clock: Clock, base_url: str, phone: str | None = None, email: str | None = None
    ) -> None:
        self._zone = zone
        self._clock = clock
        self._base_url = base_url
        self._ways = phone, email

    def __call__(self, locale: str, event: str, /, **facts: Any) -> str:
        if event.startswith("notify."):
            return self._notice(locale, event, facts)
        parts = [self._main(locale, event, facts), *self._more(locale, event, facts)]
        return " ".join(part for part in parts if part)

    def _main(self, locale: str, event: str, facts: dict[str, Any]) -> str:
        named = event + "_by" if facts.get("name") and event in {"claimed", "taken_over", "transferred"} else event
        told = {name: facts.get(name) for name in ("number", "name", "most", "score")}
        return say(locale, f"handoff.{named}", **told)

    def _more(self, locale: str, event: str, facts: dict[str, Any]) -> list[str]:
        if event in {"opened", "still_open", "released", "taken_back", "reopened"}:
            ways = tell_other_ways(locale, *self._ways) if event in {"opened", "still_open"} else ""
            return [self._place(locale, facts), self._open(locale, facts), self._expected(locale, facts), ways]
        if event in {"closed", "withdrawn"}:
            return [say(locale, "handoff.bot_again")]
        return []

    def _place(self, locale: str, facts: dict[str, Any]) -> str:
        position = facts.get("position")
        if not position:
            return ""
        return say(locale, "handoff.first" if position == 1 else "handoff.position", position=position)

    def _open(self, locale: str, facts: dict[str, Any]) -> str:
        state = str(facts.get("availability") or "")
        opens = facts.get("opens_at")
        if state not in {"open_free", "open_busy", "soon", "closed", "holiday"}:
            return ""
        if state in {"soon", "closed", "holiday"} and opens is None:
            return say(locale, "handoff.closed_unknown")
        holiday = facts.get("holiday") or say(locale, "handoff.day_off")
        key = "closed_now" if state == "closed" else state
        return say(locale, f"handoff.{key}", opens=self.tell_moment(locale, opens), holiday=holiday)

    def _expected(self, locale: str, facts: dict[str, Any]) -> str:
        expected = facts.get("expected")
        return say(locale, "handoff.expected", at=self.tell_moment(locale, expected)) if expected else ""

    def tell_moment(self, locale: str, instant: datetime | None) -> str:
        """A moment in the near future: today and tomorrow by name, other days by weekday and date."""
        if instant is None:
            return ""
        local, today = instant.astimezone(self._zone), self._clock().astimezone(self._zone).date()
        ahead = (local.date() - today).days
        day = "today" if ahead == 0 else "tomorrow" if ahead == 1 else "day"
        weekday = say(locale, f"handoff.weekdays.d{local.weekday()}")
        minute = f"{local:%M}"
        return say(
            locale,
            f"handoff.moment_{day}",
            weekday=weekday,
            day=local.day,
            month=local.month,
            month_name=say(locale, f"handoff.months.m{local.month}"),
            hour=local.hour,
            minute=minute,
        )

    def _notice(self, locale: str, event: str, facts: dict[str, Any]) -> str:
        number = facts.get("number")
        address = f"{self._base_url}/inbox/{number}" if number else f"{self._base_url}/inbox"
        told = {name: "" if value is None else value for name, value in facts.items()}
        try:
            text = say(locale, f"handoff.{event}", **{**told, "number": number or "", "url": address})
        except UnknownSentence:
            text = say(
                locale, f"handoff.notify.other.{event.rsplit('.', 1)[-1]}", number=number or "", url=address
            )
        return text


def tell_other_ways(locale: str, phone: str | None, email: str | None) -> str:
    """Beside the conversation; empty if none is set. Telegram and e-mail show no page with them."""
    known = {name: value for name, value in (("phone", phone), ("email", email)) if value}
    return say(locale, f"handoff.other_way.{'_or_'.join(known)}", **known) if known else ""
