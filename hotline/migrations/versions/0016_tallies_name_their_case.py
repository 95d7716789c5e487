"""A tally of a day names its case until it is folded."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tally", sa.Column("case_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("tally", "case_id")
