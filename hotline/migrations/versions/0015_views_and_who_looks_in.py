"""Views that people saved of their lists, and who has a case open now."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("page", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("opens", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("saved_view_staff_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("saved_view_pk")),
    )
    op.create_index("saved_view_once", "saved_view", ["staff_id", "page", "name"], unique=True)
    # Lost with a crash of the server, and nobody misses it.
    op.create_table(
        "presence",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("presence_case_id_fk")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("presence_staff_id_fk")),
        sa.PrimaryKeyConstraint("case_id", "staff_id", name=op.f("presence_pk")),
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    op.drop_table("presence")
    op.drop_index("saved_view_once", table_name="saved_view")
    op.drop_table("saved_view")
