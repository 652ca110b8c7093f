"""Subscribing by e-mail: wishes that wait for confirmation; addresses as long as RFC 5321 lets them be."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_sign_ups"
down_revision = "0005_learning"
branch_labels = None
depends_on = None


def resize(table: str, column: str, was: int, to: int) -> None:
    with op.batch_alter_table(table) as batch:
        batch.alter_column(
            column, existing_type=sa.String(length=was), type_=sa.String(length=to), existing_nullable=False
        )


def upgrade() -> None:
    op.create_table(
        "sign_ups",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("mailbox", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("theme", sa.String(length=64), nullable=True),
        sa.Column("applicant", sa.String(length=64), nullable=True),
        sa.Column("region", sa.String(length=64), nullable=True),
        sa.Column("call_id", sa.String(length=120), nullable=True),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("weekly", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_sign_ups"),
    )
    op.create_index("ix_sign_ups_mailbox", "sign_ups", ["mailbox", "created_at"])
    op.create_index("ix_sign_ups_address", "sign_ups", ["address"])
    op.create_index("ix_sign_ups_created_at", "sign_ups", ["created_at"])
    resize("subscribers", "address", 320, 254)


def downgrade() -> None:
    resize("subscribers", "address", 254, 320)
    op.drop_table("sign_ups")
