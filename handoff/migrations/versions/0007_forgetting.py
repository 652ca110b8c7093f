"""What Rasa is still to forget of erased conversations; the request a turn came with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007_forgetting"
down_revision = "0006_sign_ups"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tracker_erasures",
        sa.Column("conversation_id", sa.String(length=36), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_tracker_erasures"),
    )
    with op.batch_alter_table("turns") as batch:
        batch.add_column(sa.Column("request_id", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("turns") as batch:
        batch.drop_column("request_id")
    op.drop_table("tracker_erasures")
