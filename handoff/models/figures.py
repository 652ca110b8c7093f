"""What reports count: no word of what was said, so that it stays when a conversation is erased."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from handoff.models.base import Base


class TurnFact(Base):
    """What one message to the bot was about, in the codes of knowledge.vocabularies, and how it ended.

    `day` is in the helpdesk's own time zone. `talk` counts a conversation's talks: one begins (`begins`) with the
    first message and after a long silence. `language` is the message's own: lv, en or ru. `document` is the one
    that was answered from.
    """

    __tablename__ = "turn_facts"
    __table_args__ = (
        Index("ix_turn_facts_volume", "day", "outcome", "channel", "language", "begins"),
        Index("ix_turn_facts_subjects", "day", "theme", "region", "applicant", "outcome"),
        Index("ix_turn_facts_documents", "outcome", "day", "document"),
        Index("ix_turn_facts_conversation_id", "conversation_id", "at"),
    )

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    day: Mapped[date] = mapped_column(Date)
    talk: Mapped[int]
    begins: Mapped[bool]
    channel: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(5))
    outcome: Mapped[str] = mapped_column(String(12))
    theme: Mapped[str | None] = mapped_column(String(40))
    region: Mapped[str | None] = mapped_column(String(40))
    applicant: Mapped[str | None] = mapped_column(String(40))
    document: Mapped[str | None] = mapped_column(String(120))
    request_number: Mapped[int | None] = mapped_column(ForeignKey("requests.number", ondelete="SET NULL"))


class GroupWords(Base):
    """What is left of a group of unanswered questions when their words are erased: words that several people's
    questions had in common. They tell of nobody, so they stay."""

    __tablename__ = "group_words"

    group_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    words: Mapped[str] = mapped_column(Text)


class CallInterest(Base):
    """A call that came up in a conversation, once a day. `kind`: shown in a list, asked about, or subscribed to.

    The title is kept as it was: a call may leave the catalogue before the year's overview is written.
    """

    __tablename__ = "call_interests"
    __table_args__ = (
        Index("ix_call_interests_day", "day", "call_id", "kind"),
        Index("ix_call_interests_conversation_id", "conversation_id", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    day: Mapped[date] = mapped_column(Date)
    call_id: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(300))
