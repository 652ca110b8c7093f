"""Leases: who has a row, and until when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_


def is_free(leased_until: Any, moment: datetime, longest: timedelta) -> ColumnElement[bool]:
    """Nobody has it now. A lease that ends later than any lease could was given by a clock that has gone back
    since: it would hold the row for as long as the clock was wrong."""
    return or_(leased_until.is_(None), leased_until <= moment, leased_until > moment + longest)
