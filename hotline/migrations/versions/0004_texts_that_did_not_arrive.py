"""Texts that did not arrive, by state and newest first: few among millions."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_WHERE = "channel = 'sms' and state in ('failed', 'unknown', 'expired')"


def upgrade() -> None:
    op.create_index(
        "message_undelivered",
        "message",
        ["state", "id"],
        unique=False,
        postgresql_where=sa.text(_WHERE),
    )


def downgrade() -> None:
    op.drop_index("message_undelivered", table_name="message", postgresql_where=sa.text(_WHERE))
