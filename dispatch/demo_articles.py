"""The demonstration's knowledge articles: invented, published, a few of them due for review."""

import tomllib
from datetime import datetime, timedelta
from importlib.resources import files

from dispatch.articles import write_articles
from dispatch.db import Connection
from hotline.calendar import in_shanghai


async def write_demo_articles(connection: Connection, *, now: datetime) -> None:
    """All articles of `articles.toml`; their days of review begin yesterday, one a week."""
    text = (files("dispatch.demo_city") / "articles.toml").read_text(encoding="utf-8")
    units = {row["code"]: row["id"] for row in await connection.fetch("select id, code from unit")}
    today = in_shanghai(now).date()
    await write_articles(
        connection,
        [
            {
                "title": one["title"],
                "body": one["body"].strip(),
                "category": one["category"],
                "keywords": one["keywords"],
                "unit_id": units[one["unit"]],
                "valid_from": today - timedelta(days=120),
                "review_on": today + timedelta(days=7 * at - 1),
                "changed_at": now - timedelta(days=100 - 3 * at),
            }
            for at, one in enumerate(tomllib.loads(text)["article"])
        ],
    )
