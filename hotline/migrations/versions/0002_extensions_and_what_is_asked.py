"""Extensions of clocks, and what was asked and is not decided."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "clock",
        sa.Column(
            "extensions",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
    )
    op.add_column(
        "case",
        sa.Column(
            "pending",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
    )
    op.create_index(
        "case_to_decide",
        "case",
        ["next_due_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at is null and pending <> '{}'::jsonb"),
    )


def downgrade() -> None:
    op.drop_index(
        "case_to_decide",
        table_name="case",
        postgresql_where=sa.text("closed_at is null and pending <> '{}'::jsonb"),
    )
    op.drop_column("case", "pending")
    op.drop_column("clock", "extensions")
