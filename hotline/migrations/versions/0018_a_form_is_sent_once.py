"""The keys of forms that were sent, so that a second sending does nothing more."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sent_form",
        sa.Column("staff_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("sent_form_staff_id_fk")),
        sa.PrimaryKeyConstraint("staff_id", "key", name=op.f("sent_form_pk")),
    )


def downgrade() -> None:
    op.drop_table("sent_form")
