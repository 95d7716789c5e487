"""What each agent is doing, the language that each person reads, and when an event was taken."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agent_status",
        sa.Column("staff_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=40), server_default=sa.text("''"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("agent_status_staff_id_fk")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("agent_status_pk")),
    )
    op.add_column(
        "staff",
        sa.Column("language", sa.String(length=5), server_default=sa.text("''"), nullable=False),
    )
    op.create_index("phone_event_by_received_at", "phone_event", ["received_at"])


def downgrade() -> None:
    op.drop_index("phone_event_by_received_at", table_name="phone_event")
    op.drop_column("staff", "language")
    op.drop_table("agent_status")
