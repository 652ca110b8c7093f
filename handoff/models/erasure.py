"""What is still to be forgotten outside the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from handoff.models.base import Base


class TrackerErasure(Base):
    """An erased conversation of which Rasa may remember something. Gone once Rasa has said that it forgot."""

    __tablename__ = "tracker_erasures"

    conversation_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    erased_at: Mapped[datetime]
