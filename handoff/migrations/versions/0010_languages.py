"""In which languages a coordinator answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_languages"
down_revision = "0009_erased_addresses"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("coordinators") as batch:
        batch.add_column(sa.Column("languages", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("coordinators") as batch:
        batch.drop_column("languages")
