"""The desk: canned replies, presence, edited replies, answers that wait for a coordinator's approval."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_desk"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "canned_replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text_lv", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["updated_by"],
            ["coordinators.id"],
            name="fk_canned_replies_updated_by_coordinators",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_canned_replies"),
        sa.UniqueConstraint("title", name="uq_canned_replies_title"),
    )
    op.create_table(
        "reviewed_themes",
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["by"], ["coordinators.id"], name="fk_reviewed_themes_by_coordinators", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("theme", name="pk_reviewed_themes"),
    )
    op.create_table(
        "held_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=36), nullable=False),
        sa.Column("request_number", sa.Integer(), nullable=False),
        sa.Column("question_seq", sa.Integer(), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=36), nullable=True),
        sa.Column("message_id", sa.String(length=36), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'changed', 'refused', 'dropped')", name="ck_held_answers_state"
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_held_answers_conversation_id_conversations",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["coordinators.id"],
            name="fk_held_answers_decided_by_coordinators",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_held_answers_message_id_messages", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["request_number"],
            ["requests.number"],
            name="fk_held_answers_request_number_requests",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_held_answers"),
    )
    op.create_index("ix_held_answers_conversation_id", "held_answers", ["conversation_id"], unique=False)
    op.create_index("ix_held_answers_request_number", "held_answers", ["request_number", "state"], unique=False)
    op.create_table(
        "message_edits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_message_edits_message_id_messages", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_message_edits"),
    )
    op.create_index("ix_message_edits_message_id", "message_edits", ["message_id"], unique=False)
    op.create_table(
        "presences",
        sa.Column("request_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("coordinator_id", sa.String(length=36), nullable=False),
        sa.Column("looking_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("writing_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["coordinator_id"],
            ["coordinators.id"],
            name="fk_presences_coordinator_id_coordinators",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["request_number"],
            ["requests.number"],
            name="fk_presences_request_number_requests",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("request_number", "coordinator_id", name="pk_presences"),
    )


def downgrade() -> None:
    op.drop_table("presences")
    op.drop_index("ix_message_edits_message_id", table_name="message_edits")
    op.drop_table("message_edits")
    op.drop_index("ix_held_answers_request_number", table_name="held_answers")
    op.drop_index("ix_held_answers_conversation_id", table_name="held_answers")
    op.drop_table("held_answers")
    op.drop_table("reviewed_themes")
    op.drop_table("canned_replies")
