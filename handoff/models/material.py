"""Versions of the materials that editors change, and the questions that must stay answered meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from handoff.models.base import Base


class KnowledgeCheck(Base):
    """The control questions asked before and after a change. `state`: running, done or failed.

    `results` name each question that changed by where it comes from, never by its words; `state` of a result is
    lost, doubted, moved or gained.
    """

    __tablename__ = "knowledge_checks"
    __table_args__ = (CheckConstraint("state IN ('running', 'done', 'failed')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default="running")
    actor_id: Mapped[str | None] = mapped_column(ForeignKey("coordinators.id", ondelete="SET NULL"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    asked: Mapped[int] = mapped_column(default=0)
    lost: Mapped[int] = mapped_column(default=0)
    results: Mapped[list[dict[str, Any]]]


class MaterialVersion(Base):
    """What a document's file said from then on. `document` is its key (`lv/kas-ir`); `number` counts from 1.

    `action`: found (before the first change here), edited, published, rolled_back or removed. `own`: the file is
    in the helpdesk's own folder; without it the shipped text is in use. An empty text is no document at all.
    """

    __tablename__ = "material_versions"
    __table_args__ = (
        UniqueConstraint("document", "number"),
        Index("ix_material_versions_check_id", "check_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[str] = mapped_column(String(90))
    number: Mapped[int]
    action: Mapped[str] = mapped_column(String(12))
    own: Mapped[bool]
    text: Mapped[str] = mapped_column(Text)
    author_id: Mapped[str | None] = mapped_column(ForeignKey("coordinators.id", ondelete="SET NULL"))
    at: Mapped[datetime]
    check_id: Mapped[int | None] = mapped_column(ForeignKey("knowledge_checks.id", ondelete="SET NULL"))
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("answer_drafts.id", ondelete="SET NULL"))


class ControlQuestion(Base):
    """A question that must be answered with a certain document; beside those that are shipped."""

    __tablename__ = "control_questions"
    __table_args__ = (UniqueConstraint("question", "document"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str] = mapped_column(String(500))
    locale: Mapped[str] = mapped_column(String(5))
    document: Mapped[str] = mapped_column(String(90))
    added_by: Mapped[str | None] = mapped_column(ForeignKey("coordinators.id", ondelete="SET NULL"))
    added_at: Mapped[datetime]
