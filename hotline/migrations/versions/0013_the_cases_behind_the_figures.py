"""Which cases a figure counts; clocks that rest; cases whose result did not satisfy."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "counted",
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("measure", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("counted_case_id_fk")),
        sa.PrimaryKeyConstraint(
            "kind", "measure", "day", "unit_id", "case_id", name=op.f("counted_pk")
        ),
    )
    op.create_index(
        "clock_stopped", "clock", ["id"], postgresql_where=sa.text("stops <> '[]'::jsonb")
    )
    op.create_index(
        "case_dissatisfied",
        "case",
        [sa.literal_column("id desc")],
        postgresql_where=sa.text("satisfied < 3"),
    )


def downgrade() -> None:
    op.drop_index("case_dissatisfied", table_name="case")
    op.drop_index("clock_stopped", table_name="clock")
    op.drop_table("counted")
