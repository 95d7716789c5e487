"""Limits that change from a day on (期限调整), and what a clock had before it followed one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "limit_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("clock", sa.String(length=30), nullable=False),
        sa.Column("branch", sa.String(length=200), nullable=False),
        sa.Column("limit", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("follows", sa.Boolean(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("revoked_by", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("limit_change_staff_id_fk")),
        sa.ForeignKeyConstraint(
            ["revoked_by"], ["staff.id"], name=op.f("limit_change_revoked_by_fk")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("limit_change_pk")),
    )
    op.create_index(
        "limit_change_of_clock", "limit_change", ["kind", "clock", "valid_from"], unique=False
    )
    op.add_column(
        "clock", sa.Column("former", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("clock", "former")
    op.drop_index("limit_change_of_clock", table_name="limit_change")
    op.drop_table("limit_change")
