"""Ties between cases: merged, split off, following, on the same matter."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_WAITS = "relation = 'merged' and ended_at is null and done_at is null"
_DUE = "due_at is not null and done_at is null and ended_at is null"


def upgrade() -> None:
    op.create_table(
        "case_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("relation", sa.String(length=20), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("case_link_case_id_fk")),
        sa.ForeignKeyConstraint(["other_id"], ["case.id"], name=op.f("case_link_other_id_fk")),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("case_link_made_by_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("case_link_pk")),
    )
    op.create_index(
        "case_link_once",
        "case_link",
        ["case_id", "other_id", "relation"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_index(
        "case_link_waits_once",
        "case_link",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text(_WAITS),
    )
    op.create_index("case_link_other", "case_link", ["other_id"], unique=False)
    op.create_index(
        "case_link_due",
        "case_link",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text(_DUE),
    )
    op.add_column(
        "case", sa.Column("merged", sa.SmallInteger(), server_default="0", nullable=False)
    )
    op.alter_column("case", "merged", server_default=None)


def downgrade() -> None:
    op.drop_column("case", "merged")
    op.drop_index("case_link_due", table_name="case_link", postgresql_where=sa.text(_DUE))
    op.drop_index("case_link_other", table_name="case_link")
    op.drop_index("case_link_waits_once", table_name="case_link", postgresql_where=sa.text(_WAITS))
    op.drop_index(
        "case_link_once", table_name="case_link", postgresql_where=sa.text("ended_at is null")
    )
    op.drop_table("case_link")
