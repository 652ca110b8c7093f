"""Questions in groups of one meaning, drafts of answers, versions of materials and the checks after a change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_learning"
down_revision = "0004_figures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "control_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=500), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("document", sa.String(length=90), nullable=False),
        sa.Column("added_by", sa.String(length=36), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by"],
            ["coordinators.id"],
            name="fk_control_questions_added_by_coordinators",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_control_questions"),
        sa.UniqueConstraint("question", "document", name="uq_control_questions_question_document"),
    )
    op.create_table(
        "knowledge_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("actor_id", sa.String(length=36), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.CheckConstraint("state IN ('running', 'done', 'failed')", name="ck_knowledge_checks_state"),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["coordinators.id"],
            name="fk_knowledge_checks_actor_id_coordinators",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_knowledge_checks"),
    )
    op.create_table(
        "question_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided_by", sa.String(length=36), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open', 'done', 'ignored')", name="ck_question_groups_state"),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["coordinators.id"],
            name="fk_question_groups_decided_by_coordinators",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_question_groups"),
    )
    op.create_index("ix_question_groups_state", "question_groups", ["state"], unique=False)
    op.create_table(
        "answer_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.String(length=36), nullable=True),
        sa.Column("reviewer_id", sa.String(length=36), nullable=True),
        sa.Column("request_number", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("conversation_id", sa.String(length=36), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'reviewed', 'published', 'discarded')", name="ck_answer_drafts_state"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["coordinators.id"], name="fk_answer_drafts_author_id_coordinators", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_answer_drafts_conversation_id_conversations",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["question_groups.id"],
            name="fk_answer_drafts_group_id_question_groups",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["request_number"],
            ["requests.number"],
            name="fk_answer_drafts_request_number_requests",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"],
            ["coordinators.id"],
            name="fk_answer_drafts_reviewer_id_coordinators",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_answer_drafts"),
    )
    op.create_index("ix_answer_drafts_conversation_id", "answer_drafts", ["conversation_id"], unique=False)
    op.create_index("ix_answer_drafts_state", "answer_drafts", ["state", "id"], unique=False)
    op.create_table(
        "grouped_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("cause", sa.String(length=36), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("vector", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["question_groups.id"],
            name="fk_grouped_questions_group_id_question_groups",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_grouped_questions_message_id_messages", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_grouped_questions"),
        sa.UniqueConstraint("why", "cause", name="uq_grouped_questions_why_cause"),
    )
    op.create_index("ix_grouped_questions_digest", "grouped_questions", ["digest"], unique=False)
    op.create_index("ix_grouped_questions_group_id", "grouped_questions", ["group_id"], unique=False)
    op.create_index("ix_grouped_questions_message_id", "grouped_questions", ["message_id"], unique=False)
    op.create_table(
        "material_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=90), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.String(length=36), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("check_id", sa.Integer(), nullable=True),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["coordinators.id"],
            name="fk_material_versions_author_id_coordinators",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["check_id"],
            ["knowledge_checks.id"],
            name="fk_material_versions_check_id_knowledge_checks",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["answer_drafts.id"],
            name="fk_material_versions_draft_id_answer_drafts",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_material_versions"),
        sa.UniqueConstraint("document", "number", name="uq_material_versions_document_number"),
    )
    op.create_index("ix_material_versions_check_id", "material_versions", ["check_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_material_versions_check_id", table_name="material_versions")
    op.drop_table("material_versions")
    op.drop_index("ix_grouped_questions_message_id", table_name="grouped_questions")
    op.drop_index("ix_grouped_questions_group_id", table_name="grouped_questions")
    op.drop_index("ix_grouped_questions_digest", table_name="grouped_questions")
    op.drop_table("grouped_questions")
    op.drop_index("ix_answer_drafts_state", table_name="answer_drafts")
    op.drop_index("ix_answer_drafts_conversation_id", table_name="answer_drafts")
    op.drop_table("answer_drafts")
    op.drop_index("ix_question_groups_state", table_name="question_groups")
    op.drop_table("question_groups")
    op.drop_table("knowledge_checks")
    op.drop_table("control_questions")
