"""Which encoder the vector of an open question is by: those from before are by one not told, and made anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_encoders"
down_revision = "0010_languages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("grouped_questions") as batch:
        batch.add_column(sa.Column("encoder", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("grouped_questions") as batch:
        batch.drop_column("encoder")
