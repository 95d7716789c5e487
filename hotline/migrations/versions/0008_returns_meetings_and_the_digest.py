"""Returns counted on the case, joint meetings with their decisions, the digest of a morning."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_OFTEN = "closed_at is null and returns >= 3"
_OF_ROLE = "role <> ''"


def upgrade() -> None:
    op.add_column(
        "case",
        sa.Column("returns", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
    )
    # What is closed stays as it was: nobody looks for it among the returned.
    op.execute(
        """
        update "case" c set returns = n.returns
        from (
          select e.case_id, count(*) as returns
          from event e join "case" o on o.id = e.case_id
          where o.closed_at is null and e.action in ('redispatch', 'uphold_objection', 'redo',
            'reassign', 'order_further')
          group by e.case_id) n
        where c.id = n.case_id
        """
    )
    op.create_index(
        "case_returned",
        "case",
        ["next_due_at", "id"],
        unique=False,
        postgresql_where=sa.text(_OFTEN),
    )
    op.create_index(
        "message_by_role",
        "message",
        ["role", sa.literal_column("id desc")],
        unique=False,
        postgresql_where=sa.text(_OF_ROLE),
    )
    op.create_table(
        "meeting",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("convenor", sa.String(length=50), nullable=False),
        sa.Column(
            "attendees", ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("minutes", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("meeting_unit_id_fk")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("meeting_staff_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("meeting_pk")),
    )
    op.create_index(
        "meeting_of_unit", "meeting", ["unit_id", sa.literal_column("id desc")], unique=False
    )
    op.create_table(
        "meeting_decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("lead_unit_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "co_units", ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("action", sa.String(length=30), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("meeting_decision_meeting_id_fk")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("meeting_decision_case_id_fk")),
        sa.ForeignKeyConstraint(
            ["lead_unit_id"], ["unit.id"], name=op.f("meeting_decision_lead_unit_id_fk")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("meeting_decision_pk")),
    )
    op.create_index(
        "meeting_decision_once", "meeting_decision", ["meeting_id", "case_id"], unique=True
    )
    op.create_index("meeting_decision_of_case", "meeting_decision", ["case_id"], unique=False)
    op.create_table(
        "digest",
        sa.Column("staff_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("due_today", sa.Integer(), nullable=False),
        sa.Column("overdue", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("to_decide", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("digest_staff_id_fk")),
        sa.PrimaryKeyConstraint("staff_id", "day", name=op.f("digest_pk")),
    )


def downgrade() -> None:
    op.drop_table("digest")
    op.drop_index("meeting_decision_of_case", table_name="meeting_decision")
    op.drop_index("meeting_decision_once", table_name="meeting_decision")
    op.drop_table("meeting_decision")
    op.drop_index("meeting_of_unit", table_name="meeting")
    op.drop_table("meeting")
    op.drop_index("message_by_role", table_name="message", postgresql_where=sa.text(_OF_ROLE))
    op.drop_index("case_returned", table_name="case", postgresql_where=sa.text(_OFTEN))
    op.drop_column("case", "returns")
