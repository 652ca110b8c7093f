"""By which way a session began: a one-time password is no matter to whoever came by the identity provider."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_ways_in"
down_revision = "0007_forgetting"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("coordinator_sessions") as batch:
        batch.add_column(sa.Column("way", sa.String(length=10), nullable=False, server_default="password"))


def downgrade() -> None:
    with op.batch_alter_table("coordinator_sessions") as batch:
        batch.drop_column("way")
