"""Figures: what turns were about and how they ended, interest in calls, words of unanswered questions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_figures"
down_revision = "0003_desk"
branch_labels = None
depends_on = None


def cascade(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    told, _ = to.split(".")
    return sa.ForeignKeyConstraint([column], [to], name=f"fk_{table}_{column}_{told}", ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "turn_facts",
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("conversation_id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("talk", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=True),
        sa.Column("region", sa.String(length=40), nullable=True),
        sa.Column("applicant", sa.String(length=40), nullable=True),
        sa.Column("document", sa.String(length=120), nullable=True),
        sa.Column("request_number", sa.Integer(), nullable=True),
        cascade("turn_facts", "message_id", "messages.id"),
        cascade("turn_facts", "conversation_id", "conversations.id"),
        sa.ForeignKeyConstraint(
            ["request_number"],
            ["requests.number"],
            name="fk_turn_facts_request_number_requests",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("message_id", name="pk_turn_facts"),
    )
    op.create_index("ix_turn_facts_volume", "turn_facts", ["day", "outcome", "channel", "language", "begins"])
    op.create_index("ix_turn_facts_subjects", "turn_facts", ["day", "theme", "region", "applicant", "outcome"])
    op.create_index("ix_turn_facts_documents", "turn_facts", ["outcome", "day", "document"])
    op.create_index("ix_turn_facts_conversation_id", "turn_facts", ["conversation_id", "at"])
    op.create_table(
        "group_words",
        sa.Column("group_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", name="pk_group_words"),
    )
    op.create_table(
        "call_interests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("call_id", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        cascade("call_interests", "conversation_id", "conversations.id"),
        sa.PrimaryKeyConstraint("id", name="pk_call_interests"),
    )
    op.create_index("ix_call_interests_day", "call_interests", ["day", "call_id", "kind"])
    op.create_index("ix_call_interests_conversation_id", "call_interests", ["conversation_id", "day"])
    op.create_index("ix_requests_created_at", "requests", ["created_at"])
    op.create_index("ix_requests_closed_at", "requests", ["closed_at"])


def downgrade() -> None:
    op.drop_index("ix_requests_closed_at", table_name="requests")
    op.drop_index("ix_requests_created_at", table_name="requests")
    for table in ("call_interests", "group_words", "turn_facts"):
        op.drop_table(table)
