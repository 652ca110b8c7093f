"""Days on which nobody answers, besides public holidays."""

from __future__ import annotations

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from handoff.models.base import Base


class Closure(Base):
    """From the first day to the last, both included."""

    __tablename__ = "closures"

    id: Mapped[int] = mapped_column(primary_key=True)
    first: Mapped[date]
    last: Mapped[date]
    reason_lv: Mapped[str] = mapped_column(String(200), default="")
    reason_en: Mapped[str] = mapped_column(String(200), default="")
