"""Addresses that were erased, by digest: they stay erased when a backup is restored."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_erased_addresses"
down_revision = "0008_ways_in"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erased_addresses",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_erased_addresses"),
    )


def downgrade() -> None:
    op.drop_table("erased_addresses")
