"""What is still to be forgotten outside the database, and what must not come back into it."""

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


class ErasedAddress(Base):
    """An address on a channel that was erased, by a digest of it (see handoff.remembering): what is older than
    `erased_at` goes again if a backup brings it back."""

    __tablename__ = "erased_addresses"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    erased_at: Mapped[datetime]
