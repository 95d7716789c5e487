"""Alembic's entry: runs the revisions over asyncpg, one transaction for all of them."""

import asyncio

import sqlalchemy as sa
from alembic import context
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

import hotline.agent_states
import hotline.attachments
import hotline.calls
import hotline.cases
import hotline.desk_tables
import hotline.digests
import hotline.handovers
import hotline.knowledge
import hotline.meetings
import hotline.messages
import hotline.people
import hotline.sent_forms
import hotline.telephone
import hotline.unsaved  # noqa: F401  # the tables must be known before they are compared


def give_server_defaults() -> None:
    """A default of the table definition is the database's too: statements leave it out."""
    for table in SQLModel.metadata.tables.values():
        for column in table.columns:
            default = column.default
            if isinstance(default, sa.ColumnDefault) and default.is_scalar:
                literal = sa.literal(default.arg).compile(compile_kwargs={"literal_binds": True})
                column.server_default = column.server_default or sa.DefaultClause(
                    sa.text(str(literal))
                )


def run(connection: Connection) -> None:
    """Run within the connection that is given."""
    give_server_defaults()
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        compare_type=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_online() -> None:
    """Connect to the url that `dispatch.db.migrate` gives."""
    url: str = context.config.attributes["url"]
    engine = create_async_engine("postgresql+asyncpg://" + url.split("://", 1)[1])
    try:
        async with engine.connect() as connection:
            # Several processes may start at once: the first migrates, the others wait and see.
            await connection.exec_driver_sql("select pg_advisory_lock(12345)")
            await connection.run_sync(run)
            await connection.commit()
            await connection.exec_driver_sql("select pg_advisory_unlock(12345)")
    finally:
        await engine.dispose()


asyncio.run(run_online())
