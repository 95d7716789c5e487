"""When a file was put away (归档); what is closed and not archived is found oldest first."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_WAITING = "closed_at is not null and archived_at is null"


def upgrade() -> None:
    op.add_column("case", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("""update "case" set archived_at = closed_at where stage = 'archived'""")
    op.create_index(
        "case_to_archive",
        "case",
        ["kind", "id"],
        unique=False,
        postgresql_where=sa.text(_WAITING),
    )


def downgrade() -> None:
    op.drop_index("case_to_archive", table_name="case")
    op.drop_column("case", "archived_at")
