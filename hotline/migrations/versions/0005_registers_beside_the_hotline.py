"""Registers beside the hotline's: their numbers per office and year, their cases found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "register_number",
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("register_number_unit_id_fk")),
        sa.PrimaryKeyConstraint("kind", "unit_id", "year", name=op.f("register_number_pk")),
    )
    op.create_index(
        "case_other_kinds",
        "case",
        ["kind", sa.literal_column("id desc")],
        unique=False,
        postgresql_where=sa.text("kind <> 'citizen'"),
    )


def downgrade() -> None:
    op.drop_index(
        "case_other_kinds", table_name="case", postgresql_where=sa.text("kind <> 'citizen'")
    )
    op.drop_table("register_number")
