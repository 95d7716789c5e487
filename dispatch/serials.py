"""顺序号: the numbers of a register, one row of entries for each office and year, without gaps."""

from dispatch.db import Connection

_NEXT = """
    insert into register_number (kind, unit_id, year, last) values ($1, $2, $3, $4)
    on conflict (kind, unit_id, year) do update set last = register_number.last + $4
    returning last
    """


async def next_serial(
    connection: Connection, *, kind: str, unit_id: int, year: int, many: int = 1
) -> int:
    """The next number of the register, or the last of the next `many`.

    Call it in the transaction that writes the entry: what is not written leaves no gap. Two
    entries of one office wait for each other; registers of this kind have a few entries a day.
    """
    last: int = await connection.fetchval(_NEXT, kind, unit_id, year, many)
    return last
