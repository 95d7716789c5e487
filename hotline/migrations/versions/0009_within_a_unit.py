"""Within a unit: work handed down, the head's signature, reply templates, files beside a case."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "unit",
        sa.Column("countersigned", sa.Boolean(), server_default="false", nullable=False),
    )
    op.add_column("assignment", sa.Column("under_id", sa.BigInteger(), nullable=True))
    op.add_column("assignment", sa.Column("staff_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "assignment",
        sa.Column("person", sa.String(length=50), server_default="", nullable=False),
    )
    op.create_foreign_key(
        op.f("assignment_under_id_fk"), "assignment", "unit", ["under_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("assignment_staff_id_fk"), "assignment", "staff", ["staff_id"], ["id"]
    )
    op.create_table(
        "file_content",
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("file_content_pk")),
    )
    # Pictures and papers are compressed already; and a piece of what is not compressed is read
    # without the rest.
    op.execute("alter table file_content alter column content set storage external")
    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("file_key", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("attachment_case_id_fk")),
        sa.ForeignKeyConstraint(
            ["sha256"], ["file_content.sha256"], name=op.f("attachment_sha256_fk")
        ),
        sa.ForeignKeyConstraint(["added_by"], ["staff.id"], name=op.f("attachment_added_by_fk")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("attachment_unit_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("attachment_pk")),
        sa.UniqueConstraint("file_key", name=op.f("attachment_file_key_once")),
    )
    op.create_index(
        "attachment_by_case",
        "attachment",
        ["case_id"],
        postgresql_where=sa.text("case_id is not null"),
    )
    op.create_index(
        "attachment_unused", "attachment", ["at"], postgresql_where=sa.text("case_id is null")
    )
    op.create_index("attachment_by_content", "attachment", ["sha256"])
    op.create_table(
        "reply_template",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("category", sa.String(length=20), server_default="", nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("reply_template_unit_id_fk")),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["staff.id"], name=op.f("reply_template_changed_by_fk")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("reply_template_pk")),
    )
    op.create_index("reply_template_by_unit", "reply_template", ["unit_id", "name"], unique=True)


def downgrade() -> None:
    op.drop_table("reply_template")
    op.drop_table("attachment")
    op.drop_table("file_content")
    op.drop_column("assignment", "person")
    op.drop_column("assignment", "staff_id")
    op.drop_column("assignment", "under_id")
    op.drop_column("unit", "countersigned")
