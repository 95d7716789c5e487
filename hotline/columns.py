"""The column kinds that every table shares: identity keys, aware instants, JSON."""

from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Identity, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "%(table_name)s_by_%(column_0_N_name)s",
    "uq": "%(table_name)s_%(column_0_N_name)s_once",
    "ck": "%(table_name)s_%(constraint_name)s",
    "fk": "%(table_name)s_%(column_0_name)s_fk",
    "pk": "%(table_name)s_pk",
}


def identity() -> Any:
    """A bigint key that the database gives."""
    return Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )


def key(target: str, *, nullable: bool = False, index: bool = False) -> Any:
    """A bigint column that names a row of `target` ("table.column")."""
    return Field(
        default=None if nullable else ...,
        sa_column=Column(BigInteger, ForeignKey(target), nullable=nullable, index=index),
    )


def instant(*, nullable: bool = False, default_now: bool = False) -> Any:
    """A moment with its zone (timestamptz)."""
    default: Any = None if (nullable or default_now) else ...
    return Field(
        default=default,
        sa_column=Column(
            DateTime(timezone=True),
            nullable=nullable,
            server_default=text("now()") if default_now else None,
        ),
    )


def json(*, default: str = "{}") -> Any:
    """A JSONB column, empty by default."""
    return Field(
        default_factory=dict,
        sa_column=Column(JSONB, nullable=False, server_default=text(f"'{default}'::jsonb")),
    )
