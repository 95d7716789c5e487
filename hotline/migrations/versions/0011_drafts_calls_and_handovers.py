"""Unsaved work on the server, calls of the telephone system, notes from shift to shift."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_MISSED = (
    "direction = 'in' and answered_at is null and ended_at is not null"
    " and settled_at is null and caller <> ''"
)
_OBJECT = sa.text("'{}'::jsonb")


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(name: str, most: int, *, default: bool = True) -> sa.Column[str]:
    filled = sa.text("''") if default else None
    return sa.Column(name, sa.String(length=most), server_default=filled, nullable=False)


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("staff_id", sa.BigInteger(), autoincrement=False, nullable=False),
        _words("subject", 100, default=False),
        sa.Column("payload", postgresql.JSONB(), server_default=_OBJECT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _moment("updated_at", nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("draft_staff_id_fk")),
        sa.PrimaryKeyConstraint("staff_id", "subject", name=op.f("draft_pk")),
    )
    op.create_table(
        "phone_event",
        _words("source", 40, default=False),
        _words("event_id", 80, default=False),
        _words("call_id", 250),
        _words("leg_id", 250),
        sa.Column("seq", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _words("event", 40, default=False),
        _moment("at", nullable=False),
        _words("queue", 60),
        _words("agent", 20),
        sa.Column("data", postgresql.JSONB(), server_default=_OBJECT, nullable=False),
        _moment("received_at", nullable=False),
        sa.PrimaryKeyConstraint("source", "event_id", name=op.f("phone_event_pk")),
    )
    op.create_index("phone_event_of_call", "phone_event", ["source", "call_id", "at"])
    op.create_table(
        "phone_call",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        _words("source", 40, default=False),
        _words("call_id", 250, default=False),
        sa.Column("direction", sa.String(length=3), server_default=sa.text("'in'"), nullable=False),
        _words("caller", 20),
        _words("callee", 60),
        _words("queue", 60),
        _moment("offered_at"),
        _moment("queued_at"),
        _moment("ringing_at"),
        _moment("rang_at"),
        _words("rang_extension", 20),
        _moment("unheard_at"),
        _moment("answered_at"),
        _words("answered_extension", 20),
        _moment("ended_at"),
        _words("cause", 40),
        _moment("last_at", nullable=False),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        _moment("claimed_at"),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        _moment("tried_at"),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        _moment("settled_at"),
        _words("outcome", 20),
        sa.ForeignKeyConstraint(
            ["claimed_by"], ["staff.id"], name=op.f("phone_call_claimed_by_fk")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["staff.id"], name=op.f("phone_call_settled_by_fk")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("phone_call_pk")),
        sa.UniqueConstraint("source", "call_id", name="phone_call_once"),
    )
    op.create_index(
        "phone_call_by_caller",
        "phone_call",
        ["caller", "answered_at"],
        postgresql_where=sa.text("caller <> ''"),
    )
    op.create_index(
        "phone_call_missed", "phone_call", ["ended_at", "id"], postgresql_where=sa.text(_MISSED)
    )
    op.create_index(
        "phone_call_going_on",
        "phone_call",
        ["rang_extension"],
        postgresql_where=sa.text("ended_at is null"),
    )
    op.add_column("call", sa.Column("phone_call_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("call_phone_call_id_fk"), "call", "phone_call", ["phone_call_id"], ["id"]
    )
    op.add_column("staff", _words("extension", 20))
    op.create_index(
        "staff_extension_once",
        "staff",
        ["extension"],
        unique=True,
        postgresql_where=sa.text("extension <> ''"),
    )
    op.create_table(
        "handover_note",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        _moment("at", nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("handover_note_unit_id_fk")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("handover_note_staff_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("handover_note_pk")),
    )
    op.create_index(
        "handover_note_of_unit", "handover_note", ["unit_id", sa.literal_column("id desc")]
    )
    op.create_table(
        "handover_read",
        sa.Column("note_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.BigInteger(), autoincrement=False, nullable=False),
        _moment("at", nullable=False),
        sa.ForeignKeyConstraint(
            ["note_id"], ["handover_note.id"], name=op.f("handover_read_note_id_fk")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("handover_read_staff_id_fk")),
        sa.PrimaryKeyConstraint("note_id", "staff_id", name=op.f("handover_read_pk")),
    )


def downgrade() -> None:
    op.drop_table("handover_read")
    op.drop_table("handover_note")
    op.drop_index("staff_extension_once", table_name="staff")
    op.drop_column("staff", "extension")
    op.drop_constraint(op.f("call_phone_call_id_fk"), "call", type_="foreignkey")
    op.drop_column("call", "phone_call_id")
    op.drop_table("phone_call")
    op.drop_table("phone_event")
    op.drop_table("draft")
