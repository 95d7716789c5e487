"""The tables of the record, the sequence of case serials, and the guard of the history."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("day_kind", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column(
            "name",
            sqlmodel.sql.sqltypes.AutoString(length=40),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("day", name=op.f("calendar_day_pk")),
    )
    op.create_table(
        "case_words",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("case_words_pk")),
    )
    op.create_index(
        "case_words_found",
        "case_words",
        [
            sa.literal_column(
                "(words || array_to_tsvector(ARRAY['#'::text || ((case_id / 2048)::text)]))"
            )
        ],
        unique=False,
        postgresql_using="gin",
    )
    op.create_table(
        "category",
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column(
            "parent",
            sqlmodel.sql.sqltypes.AutoString(length=20),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("category_pk")),
    )
    op.create_index(op.f("category_by_parent"), "category", ["parent"], unique=False)
    op.create_table(
        "heartbeat",
        sa.Column("process", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("process", name=op.f("heartbeat_pk")),
    )
    op.create_table(
        "opt_out",
        sa.Column("phone", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("phone", name=op.f("opt_out_pk")),
    )
    op.create_table(
        "place",
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column(
            "parent",
            sqlmodel.sql.sqltypes.AutoString(length=20),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("place_pk")),
    )
    op.create_index(op.f("place_by_parent"), "place", ["parent"], unique=False)
    op.create_table(
        "published",
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("published_pk")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column(
            "short_name",
            sqlmodel.sql.sqltypes.AutoString(length=50),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("unit_parent_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("unit_pk")),
        sa.UniqueConstraint("code", name=op.f("unit_code_once")),
        sa.UniqueConstraint("name", name=op.f("unit_name_once")),
    )
    op.create_index(op.f("unit_by_parent_id"), "unit", ["parent_id"], unique=False)
    op.create_table(
        "case",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(length=13), nullable=False),
        sa.Column("lookup_code", sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
        sa.Column("procedure_version", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("stage", sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
        sa.Column("phase", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("round", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "request_type",
            sqlmodel.sql.sqltypes.AutoString(length=20),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column(
            "category",
            sqlmodel.sql.sqltypes.AutoString(length=20),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column(
            "place",
            sqlmodel.sql.sqltypes.AutoString(length=20),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column(
            "address",
            sqlmodel.sql.sqltypes.AutoString(length=200),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column(
            "urgency",
            sqlmodel.sql.sqltypes.AutoString(length=20),
            server_default=sa.text("'normal'"),
            nullable=False,
        ),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column(
            "channel",
            sqlmodel.sql.sqltypes.AutoString(length=20),
            server_default=sa.text("'phone'"),
            nullable=False,
        ),
        sa.Column(
            "requester_name",
            sqlmodel.sql.sqltypes.AutoString(length=50),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column(
            "requester_phone",
            sqlmodel.sql.sqltypes.AutoString(length=20),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column("anonymous", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("confidential", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "details",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("lead_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("designated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("supervised", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reminders", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "handlers", sa.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column(
            "solved",
            sqlmodel.sql.sqltypes.AutoString(length=10),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column("satisfied", sa.SmallInteger(), nullable=True),
        sa.Column("manner", sa.SmallInteger(), nullable=True),
        sa.Column(
            "outcome",
            sqlmodel.sql.sqltypes.AutoString(length=30),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "source",
            sqlmodel.sql.sqltypes.AutoString(length=60),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column("source_id", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
        sa.Column("last_hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["lead_unit_id"], ["unit.id"], name=op.f("case_lead_unit_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("case_pk")),
        sa.UniqueConstraint("number", name=op.f("case_number_once")),
    )
    op.create_index(
        "case_by_phone", "case", ["requester_phone", sa.literal_column("id desc")], unique=False
    )
    op.create_index(
        "case_open",
        "case",
        ["next_due_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_index(
        "case_supervised",
        "case",
        ["next_due_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at is null and supervised"),
    )
    op.create_index(
        "case_redone",
        "case",
        ["next_due_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at is null and round > 1"),
    )
    op.create_index(
        "case_queue",
        "case",
        ["stage", "next_due_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_index(
        "case_source_once",
        "case",
        ["source", "source_id"],
        unique=True,
        postgresql_where=sa.text("source_id is not null"),
    )
    op.create_table(
        "responsibility",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("category", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column(
            "place",
            sqlmodel.sql.sqltypes.AutoString(length=20),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column(
            "basis",
            sqlmodel.sql.sqltypes.AutoString(length=200),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("responsibility_unit_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("responsibility_pk")),
    )
    op.create_index(op.f("responsibility_by_unit_id"), "responsibility", ["unit_id"], unique=False)
    op.create_index("responsibility_found", "responsibility", ["category", "place"], unique=False)
    op.create_table(
        "staff",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sign_in", sqlmodel.sql.sqltypes.AutoString(length=50), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=50), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column(
            "job_title",
            sqlmodel.sql.sqltypes.AutoString(length=50),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column(
            "password_hash",
            sqlmodel.sql.sqltypes.AutoString(length=200),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column("demo", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("failed_sign_ins", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("staff_unit_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("staff_pk")),
        sa.UniqueConstraint("sign_in", name=op.f("staff_sign_in_once")),
    )
    op.create_index(op.f("staff_by_unit_id"), "staff", ["unit_id"], unique=False)
    op.create_table(
        "tally",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
        sa.Column("measure", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("tally_unit_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("tally_pk")),
    )
    op.create_index("tally_sums", "tally", ["day", "measure", "unit_id"], unique=False)
    op.create_table(
        "access",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("what", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column(
            "reason",
            sqlmodel.sql.sqltypes.AutoString(length=200),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("access_case_id_fk")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("access_staff_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("access_pk")),
    )
    op.create_index(
        "access_by_case", "access", ["case_id", sa.literal_column("at desc")], unique=False
    )
    op.create_index(op.f("access_by_staff_id"), "access", ["staff_id"], unique=False)
    op.create_table(
        "admin_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("action", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("before", sa.Text(), server_default="", nullable=False),
        sa.Column("after", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("admin_change_staff_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("admin_change_pk")),
    )
    op.create_index(
        "admin_change_newest", "admin_change", [sa.literal_column("id desc")], unique=False
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("part", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deemed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("assignment_case_id_fk")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("assignment_unit_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("assignment_pk")),
    )
    op.create_index("assignment_by_case", "assignment", ["case_id"], unique=False)
    op.create_index("assignment_by_unit", "assignment", ["unit_id", "case_id"], unique=False)
    op.create_index(
        "assignment_sent",
        "assignment",
        ["unit_id", "case_id"],
        unique=False,
        postgresql_where=sa.text("ended_at is null and replied_at is not null"),
    )
    op.create_index(
        "assignment_queue",
        "assignment",
        ["unit_id", "due_at", "case_id"],
        unique=False,
        postgresql_where=sa.text("ended_at is null and replied_at is null"),
    )
    op.create_table(
        "call",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "direction",
            sqlmodel.sql.sqltypes.AutoString(length=3),
            server_default=sa.text("'in'"),
            nullable=False,
        ),
        sa.Column(
            "phone",
            sqlmodel.sql.sqltypes.AutoString(length=20),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column(
            "name",
            sqlmodel.sql.sqltypes.AutoString(length=50),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column("anonymous", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("confidential", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("disposition", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column(
            "request_type",
            sqlmodel.sql.sqltypes.AutoString(length=20),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column(
            "category",
            sqlmodel.sql.sqltypes.AutoString(length=20),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column(
            "subject",
            sqlmodel.sql.sqltypes.AutoString(length=100),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "ground",
            sqlmodel.sql.sqltypes.AutoString(length=30),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("idempotency_key", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["staff.id"], name=op.f("call_agent_id_fk")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("call_case_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("call_pk")),
    )
    op.create_index(op.f("call_by_agent_id"), "call", ["agent_id"], unique=False)
    op.create_index(op.f("call_by_case_id"), "call", ["case_id"], unique=False)
    op.create_index("call_by_phone", "call", ["phone", sa.literal_column("id desc")], unique=False)
    op.create_index(
        "call_key_once",
        "call",
        ["agent_id", "idempotency_key"],
        unique=True,
        postgresql_where=sa.text("idempotency_key is not null"),
    )
    op.create_table(
        "clock",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
        sa.Column("owed_by", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("limit", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("basis", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw_due_on", sa.Date(), nullable=False),
        sa.Column("provisional", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("calendar_version", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column(
            "stops",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("rung", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("ring_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ended_by",
            sqlmodel.sql.sqltypes.AutoString(length=30),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("clock_case_id_fk")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("clock_unit_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("clock_pk")),
    )
    op.create_index("clock_by_case", "clock", ["case_id"], unique=False)
    op.create_index(
        "clock_ringing",
        "clock",
        ["ring_at"],
        unique=False,
        postgresql_where=sa.text("ring_at is not null"),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("action", sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("stage_before", sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
        sa.Column("stage_after", sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "inputs",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "changes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idempotency_key", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["staff.id"], name=op.f("event_actor_id_fk")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("event_case_id_fk")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("event_unit_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("event_pk")),
        sa.UniqueConstraint("case_id", "seq", name="event_seq_once"),
    )
    op.create_index(
        "event_opening",
        "event",
        ["actor_id", "case_id"],
        unique=False,
        postgresql_where=sa.text("seq = 1"),
    )
    op.create_index(
        "event_key_once",
        "event",
        ["actor_id", "idempotency_key"],
        unique=True,
        postgresql_where=sa.text("idempotency_key is not null"),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dedupe_key", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("purpose", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("template", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column(
            "params",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "role",
            sqlmodel.sql.sqltypes.AutoString(length=20),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column(
            "phone",
            sqlmodel.sql.sqltypes.AutoString(length=20),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("parts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "state",
            sqlmodel.sql.sqltypes.AutoString(length=12),
            server_default=sa.text("'queued'"),
            nullable=False,
        ),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "provider",
            sqlmodel.sql.sqltypes.AutoString(length=20),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column(
            "provider_id",
            sqlmodel.sql.sqltypes.AutoString(length=80),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column(
            "error",
            sqlmodel.sql.sqltypes.AutoString(length=200),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("message_case_id_fk")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("message_unit_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("message_pk")),
        sa.UniqueConstraint("dedupe_key", name=op.f("message_dedupe_key_once")),
    )
    op.create_index("message_by_case", "message", ["case_id"], unique=False)
    op.create_index(
        "message_by_phone",
        "message",
        ["phone", sa.literal_column("id desc")],
        unique=False,
        postgresql_where=sa.text("phone <> ''"),
    )
    op.create_index(
        "message_notices",
        "message",
        ["unit_id", sa.literal_column("id desc")],
        unique=False,
        postgresql_where=sa.text("unit_id is not null"),
    )
    op.create_index(
        "message_waiting",
        "message",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("next_at is not null"),
    )
    op.create_table(
        "session",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("session_staff_id_fk")),
        sa.PrimaryKeyConstraint("digest", name=op.f("session_pk")),
    )
    op.create_index(op.f("session_by_staff_id"), "session", ["staff_id"], unique=False)
    op.create_table(
        "token",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "name",
            sqlmodel.sql.sqltypes.AutoString(length=100),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("token_staff_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("token_pk")),
        sa.UniqueConstraint("digest", name=op.f("token_digest_once")),
    )
    op.create_index(op.f("token_by_staff_id"), "token", ["staff_id"], unique=False)
    op.create_table(
        "inbound_message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("provider", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("provider_id", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("phone", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column(
            "to",
            sqlmodel.sql.sqltypes.AutoString(length=20),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "understood",
            sqlmodel.sql.sqltypes.AutoString(length=20),
            server_default=sa.text("''"),
            nullable=False,
        ),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("reply_id", sa.BigInteger(), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("inbound_message_case_id_fk")),
        sa.ForeignKeyConstraint(
            ["reply_id"], ["message.id"], name=op.f("inbound_message_reply_id_fk")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("inbound_message_pk")),
        sa.UniqueConstraint("provider", "provider_id", name="inbound_message_once"),
    )
    op.create_index(
        "inbound_message_by_phone",
        "inbound_message",
        ["phone", sa.literal_column("id desc")],
        unique=False,
    )
    op.create_index(
        "inbound_message_waiting",
        "inbound_message",
        ["id"],
        unique=False,
        postgresql_where=sa.text("understood = ''"),
    )
    op.execute("create sequence case_serial as bigint")
    # The history is append-only: not by agreement, by the database.
    op.execute(
        """
        create function refuse_change() returns trigger language plpgsql as $$
        begin
            raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
        end $$
        """
    )
    op.execute(
        """
        create trigger event_append_only before update or delete or truncate on event
        for each statement execute function refuse_change()
        """
    )
    # Numbers that are folded and rewritten all the time are vacuumed early.
    op.execute("alter table tally set (autovacuum_vacuum_scale_factor = 0.05)")


def downgrade() -> None:
    op.execute("drop trigger event_append_only on event")
    op.execute("drop function refuse_change")
    op.execute("drop sequence case_serial")
    op.drop_index(
        "inbound_message_waiting",
        table_name="inbound_message",
        postgresql_where=sa.text("understood = ''"),
    )
    op.drop_index("inbound_message_by_phone", table_name="inbound_message")
    op.drop_table("inbound_message")
    op.drop_index(op.f("token_by_staff_id"), table_name="token")
    op.drop_table("token")
    op.drop_index(op.f("session_by_staff_id"), table_name="session")
    op.drop_table("session")
    op.drop_index(
        "message_waiting", table_name="message", postgresql_where=sa.text("next_at is not null")
    )
    op.drop_index(
        "message_notices", table_name="message", postgresql_where=sa.text("unit_id is not null")
    )
    op.drop_index("message_by_phone", table_name="message", postgresql_where=sa.text("phone <> ''"))
    op.drop_index("message_by_case", table_name="message")
    op.drop_table("message")
    op.drop_index("event_opening", table_name="event", postgresql_where=sa.text("seq = 1"))
    op.drop_index(
        "event_key_once",
        table_name="event",
        postgresql_where=sa.text("idempotency_key is not null"),
    )
    op.drop_table("event")
    op.drop_index(
        "clock_ringing", table_name="clock", postgresql_where=sa.text("ring_at is not null")
    )
    op.drop_index("clock_by_case", table_name="clock")
    op.drop_table("clock")
    op.drop_index(
        "call_key_once", table_name="call", postgresql_where=sa.text("idempotency_key is not null")
    )
    op.drop_index("call_by_phone", table_name="call")
    op.drop_index(op.f("call_by_case_id"), table_name="call")
    op.drop_index(op.f("call_by_agent_id"), table_name="call")
    op.drop_table("call")
    op.drop_index(
        "assignment_sent",
        table_name="assignment",
        postgresql_where=sa.text("ended_at is null and replied_at is not null"),
    )
    op.drop_index(
        "assignment_queue",
        table_name="assignment",
        postgresql_where=sa.text("ended_at is null and replied_at is null"),
    )
    op.drop_index("assignment_by_unit", table_name="assignment")
    op.drop_index("assignment_by_case", table_name="assignment")
    op.drop_table("assignment")
    op.drop_index("admin_change_newest", table_name="admin_change")
    op.drop_table("admin_change")
    op.drop_index(op.f("access_by_staff_id"), table_name="access")
    op.drop_index("access_by_case", table_name="access")
    op.drop_table("access")
    op.drop_index("tally_sums", table_name="tally")
    op.drop_table("tally")
    op.drop_index(op.f("staff_by_unit_id"), table_name="staff")
    op.drop_table("staff")
    op.drop_index("responsibility_found", table_name="responsibility")
    op.drop_index(op.f("responsibility_by_unit_id"), table_name="responsibility")
    op.drop_table("responsibility")
    op.drop_index(
        "case_source_once", table_name="case", postgresql_where=sa.text("source_id is not null")
    )
    op.drop_index(
        "case_supervised",
        table_name="case",
        postgresql_where=sa.text("closed_at is null and supervised"),
    )
    op.drop_index(
        "case_redone",
        table_name="case",
        postgresql_where=sa.text("closed_at is null and round > 1"),
    )
    op.drop_index("case_queue", table_name="case", postgresql_where=sa.text("closed_at is null"))
    op.drop_index("case_open", table_name="case", postgresql_where=sa.text("closed_at is null"))
    op.drop_index("case_by_phone", table_name="case")
    op.drop_table("case")
    op.drop_index(op.f("unit_by_parent_id"), table_name="unit")
    op.drop_table("unit")
    op.drop_table("published")
    op.drop_index(op.f("place_by_parent"), table_name="place")
    op.drop_table("place")
    op.drop_table("opt_out")
    op.drop_table("heartbeat")
    op.drop_index(op.f("category_by_parent"), table_name="category")
    op.drop_table("category")
    op.drop_index("case_words_found", table_name="case_words", postgresql_using="gin")
    op.drop_table("case_words")
    op.drop_table("calendar_day")
