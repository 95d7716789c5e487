"""Which wording of a text is in force: the one of its last change, or the one it was written in."""

from datetime import date

from dispatch.db import Connection, Pool


def in_force(template: str, on: str) -> str:
    """SQL for the wording of a template on a day, both given as SQL; "" for the text as written."""
    return f"""coalesce((
          select w.body from text_change w
          where w.template = {template} and w.valid_from <= {on} and w.revoked_at is null
          order by w.valid_from desc, w.id desc limit 1), '')"""


async def wording(source: "Pool | Connection", template: str, *, on: date) -> str:
    """The wording in force on the day, to be given to `texts.render`."""
    body: str = await source.fetchval(f"select {in_force('$1', '$2')}", template, on)
    return body
