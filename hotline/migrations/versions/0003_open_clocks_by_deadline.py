"""Open clocks by deadline: what a change of the calendar moves, what is provisional."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "clock_open",
        "clock",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("ended_at is null"),
    )


def downgrade() -> None:
    op.drop_index("clock_open", table_name="clock", postgresql_where=sa.text("ended_at is null"))
