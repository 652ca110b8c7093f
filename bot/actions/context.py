"""The running helpdesk, for actions: rasa-sdk makes them without arguments, so they ask here."""

from __future__ import annotations

from bot.helpdesk import Helpdesk

_current: list[Helpdesk] = []


class NoHelpdesk(RuntimeError):
    """An action ran before the composition root said which helpdesk it works for."""


def set_helpdesk(helpdesk: Helpdesk | None) -> None:
    _current[:] = [helpdesk] if helpdesk is not None else []


def get_helpdesk() -> Helpdesk:
    """Raises NoHelpdesk."""
    if not _current:
        raise NoHelpdesk("bot.actions.context.set_helpdesk was not called")
    return _current[0]
