"""The same form of a meeting, sent twice, is one meeting."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("meeting", sa.Column("idempotency_key", sa.String(length=80), nullable=True))
    op.create_index(
        "meeting_key_once",
        "meeting",
        ["staff_id", "idempotency_key"],
        unique=True,
        postgresql_where=sa.text("idempotency_key is not null"),
    )


def downgrade() -> None:
    op.drop_index("meeting_key_once", table_name="meeting")
    op.drop_column("meeting", "idempotency_key")
