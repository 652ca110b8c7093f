"""Wishes that came with an e-mail address, until its owner confirms them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from handoff.models.base import Base


class SignUp(Base):
    """`digest` is of the token in the confirmation letter, which is kept nowhere. `mailbox` is a digest too: by it
    letters to one mailbox are counted, also after `address` was emptied, which confirming does."""

    __tablename__ = "sign_ups"
    __table_args__ = (
        Index("ix_sign_ups_mailbox", "mailbox", "created_at"),
        Index("ix_sign_ups_address", "address"),
        Index("ix_sign_ups_created_at", "created_at"),
    )

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    address: Mapped[str] = mapped_column(String(254))
    mailbox: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(5))
    theme: Mapped[str | None] = mapped_column(String(64))
    applicant: Mapped[str | None] = mapped_column(String(64))
    region: Mapped[str | None] = mapped_column(String(64))
    call_id: Mapped[str | None] = mapped_column(String(120))
    days: Mapped[list[Any]]
    weekly: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
