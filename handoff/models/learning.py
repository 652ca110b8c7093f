"""What the bot could not answer, grouped by meaning, and the answers people have drafted for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from handoff.models.base import Base


class QuestionGroup(Base):
    """Questions that mean the same. `state`: open, done (answered by now) or ignored. It holds no words itself."""

    __tablename__ = "question_groups"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'done', 'ignored')", name="state"),
        Index("ix_question_groups_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default="open")
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("coordinators.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class GroupedQuestion(Base):
    """A visitor's message in a group. `why`: unanswered, unhelpful or handover, and `cause` is the bot's message
    or the request that tells it. The words stay in the message alone; `vector` (base64 of float16, by the encoder
    of that name) and `digest` (of the folded words) are forgotten with them."""

    __tablename__ = "grouped_questions"
    __table_args__ = (
        UniqueConstraint("why", "cause"),
        Index("ix_grouped_questions_group_id", "group_id"),
        Index("ix_grouped_questions_message_id", "message_id"),
        Index("ix_grouped_questions_digest", "digest"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("question_groups.id", ondelete="CASCADE"))
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    why: Mapped[str] = mapped_column(String(12))
    cause: Mapped[str] = mapped_column(String(36))
    language: Mapped[str] = mapped_column(String(5))
    asked_at: Mapped[datetime]
    vector: Mapped[str | None] = mapped_column(Text)
    encoder: Mapped[str | None] = mapped_column(Text)
    digest: Mapped[str | None] = mapped_column(String(64))


class AnswerDraft(Base):
    """A question with its answer on the way into the library. `state`: draft, reviewed, published or discarded.

    `fields` are what both languages share (id, kind, themes, source); `texts` by locale title, summary and body.
    `edition` grows with each change. `source_erased_at`: the person it was taken from has been erased since.
    """

    __tablename__ = "answer_drafts"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'reviewed', 'published', 'discarded')", name="state"),
        Index("ix_answer_drafts_state", "state", "id"),
        Index("ix_answer_drafts_conversation_id", "conversation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default="draft")
    fields: Mapped[dict[str, Any]]
    texts: Mapped[dict[str, Any]]
    edition: Mapped[int] = mapped_column(default=1)
    author_id: Mapped[str | None] = mapped_column(ForeignKey("coordinators.id", ondelete="SET NULL"))
    reviewer_id: Mapped[str | None] = mapped_column(ForeignKey("coordinators.id", ondelete="SET NULL"))
    request_number: Mapped[int | None] = mapped_column(ForeignKey("requests.number", ondelete="SET NULL"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("question_groups.id", ondelete="SET NULL"))
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    reviewed_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    source_erased_at: Mapped[datetime | None]
