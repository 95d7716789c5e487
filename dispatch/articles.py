"""Knowledge articles: found by words, written by their owners, every change in the history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from dispatch.db import Connection, Pool, transaction
from dispatch.office import Office
from dispatch.registry.changes import fingerprint, record, refuse_stale
from dispatch.registry.typed import Typed
from dispatch.search import quoted
from hotline.articles import (
    DRAFT,
    LEAST_LIKE,
    LONGEST_BODY,
    MOST_SHOWN,
    STATES,
    may_write,
    ranked,
    words_of,
)
from hotline.errors import NotFound, NotPermitted
from hotline.people import Actor
from hotline.search_terms import bigrams
from hotline.wording import BadWording, clean_text

# So many that share a word with the text are compared, and so many of its words are asked for.
COMPARED = 60
_ASKED = 120
_PAGE = 50

_COLUMNS = """a.id, a.title, a.body, a.category, a.keywords, a.unit_id, a.valid_from,
  a.valid_until, a.review_on, a.state, a.version, a.changed_at, coalesce(s.name, '') as author"""


class ArticleRow(msgspec.Struct, frozen=True, kw_only=True):
    """An article as it is read."""

    id: int
    title: str
    body: str
    category: str
    keywords: str
    unit_id: int
    valid_from: date
    valid_until: date | None
    review_on: date
    state: str
    version: int
    changed_at: datetime
    author: str

    @property
    def paragraphs(self) -> list[str]:
        """The text between line breaks."""
        return [line for line in self.body.splitlines() if line.strip()]


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles a list of writers shows; `due_on`: whose day of review has come by then."""

    unit_ids: tuple[int, ...] | None = None
    state: str = ""
    due_on: date | None = None


async def matching(
    pool: Pool, text: str, *, on: date, most: int = MOST_SHOWN, least: float = LEAST_LIKE
) -> list[ArticleRow]:
    """Published articles in force that answer the text, the best first."""
    asked = [word for word in bigrams(text) if len(word) > 1][:_ASKED]
    if not asked:
        return []
    rows = await pool.fetch(
        f"""
        select {_COLUMNS},
          array(select unnest(tsvector_to_array(a.words)) intersect select unnest($2::text[]))
            as shared
        from article a left join staff s on s.id = a.author_id
        where a.words @@ (select $1::text::tsquery) and a.state = 'published'
          and a.valid_from <= $3 and (a.valid_until is null or a.valid_until >= $3)
        order by ts_rank(a.words, $1::text::tsquery) desc, a.id limit {COMPARED}
        """,
        " | ".join(map(quoted, asked)),
        asked,
        on,
    )
    shared = {row["id"]: frozenset(row["shared"]) for row in rows}
    found = {row["id"]: _row(row, without="shared") for row in rows}
    order = ranked(
        asked,
        {
            key: (shared[key], set(bigrams(f"{one.title}\n{one.keywords}")))
            for key, one in found.items()
        },
    )
    return [found[key] for key, score in order if score >= least][:most]


async def newest(pool: Pool, *, on: date, category: str = "") -> list[ArticleRow]:
    """The published articles in force, the last changed first; of a category and all below it."""
    rows = await pool.fetch(
        f"""
        select {_COLUMNS} from article a left join staff s on s.id = a.author_id
        where a.state = 'published'
          and a.valid_from <= $1 and (a.valid_until is null or a.valid_until >= $1)
          and ($2 = '' or a.category = $2 or starts_with(a.category, $2 || '.'))
        order by a.changed_at desc, a.id desc limit {_PAGE}
        """,
        on,
        category,
    )
    return [_row(row) for row in rows]


async def written(
    pool: Pool, chosen: ArticleFilter, *, after: int = 0, most: int = _PAGE
) -> list[ArticleRow]:
    """Articles of every state for those who write them, those to be reviewed soonest first."""
    rows = await pool.fetch(
        f"""
        select {_COLUMNS} from article a left join staff s on s.id = a.author_id
        where ($1::bigint[] is null or a.unit_id = any($1))
          and ($2 = '' or a.state = $2)
          and ($3::date is null or (a.review_on <= $3 and a.state <> 'withdrawn'))
        order by a.review_on, a.id offset $4 limit $5
        """,
        list(chosen.unit_ids) if chosen.unit_ids is not None else None,
        chosen.state,
        chosen.due_on,
        after,
        most,
    )
    return [_row(row) for row in rows]


async def the_article(pool: Pool, article_id: int) -> ArticleRow:
    """One article in whichever state. Raises NotFound."""
    row = await pool.fetchrow(
        f"select {_COLUMNS} from article a left join staff s on s.id = a.author_id where a.id = $1",
        article_id,
    )
    if row is None:
        raise NotFound("没有这条知识。")
    return _row(row)


async def save_article(
    office: Office,
    article_id: int | None,
    inputs: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """A new article, or the next version of one; its key.

    Raises Incomplete, NotPermitted where it is another unit's, Conflict where somebody was faster.
    """
    told = await checked(office, inputs, actor=actor)
    async with transaction(office.pool) as connection:
        before: dict[str, str] = {}
        if article_id is not None:
            before = await _facts(connection, article_id)
            owner = await connection.fetchval(
                "select unit_id from article where id = $1 for update", article_id
            )
            if not may_write(actor, owner):
                raise NotPermitted("这条知识由其他单位维护。")
            refuse_stale(str(inputs.get("seen") or ""), before)
        values = (
            told["title"], told["body"], told["category"], told["keywords"], told["unit_id"],
            told["valid_from"], told["valid_until"], told["review_on"], told["state"],
            actor.staff_id, now, words_of(told["title"], told["keywords"], told["body"]),
        )  # fmt: skip
        if article_id is None:
            article_id = await connection.fetchval(
                """
                insert into article (title, body, category, keywords, unit_id, valid_from,
                  valid_until, review_on, state, author_id, changed_at, words, version)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
                  array_to_tsvector($12::text[]), 1) returning id
                """,
                *values,
            )
        else:
            await connection.execute(
                """
                update article set title = $1, body = $2, category = $3, keywords = $4,
                  unit_id = $5, valid_from = $6, valid_until = $7, review_on = $8, state = $9,
                  author_id = $10, changed_at = $11, words = array_to_tsvector($12::text[]),
                  version = version + 1
                where id = $13
                """,
                *values,
                article_id,
            )
        assert article_id is not None
        await record(
            connection,
            actor=actor,
            subject=f"知识 第{article_id}条 {told['title']}",
            action="修改" if before else "新增",
            before=before or None,
            after=await _facts(connection, article_id),
        )
    return article_id


async def checked(office: Office, inputs: Mapping[str, Any], *, actor: Actor) -> dict[str, Any]:
    """Clean values of the form. Raises Incomplete, or NotPermitted for another unit's article."""
    typed, rulebook = Typed(inputs), await office.rulebook()
    told: dict[str, Any] = {
        "title": typed.line("title", "标题", most=100),
        "category": typed.line("category", "诉求分类", most=20, required=False),
        "keywords": typed.line("keywords", "关键词", most=200, required=False),
        "unit_id": typed.key("unit_id", "责任单位"),
        "valid_from": typed.day("valid_from", "生效日期"),
        "valid_until": typed.day("valid_until", "截止日期", required=False),
        "review_on": typed.day("review_on", "复核日期"),
        "state": typed.choice("state", "状态", STATES) or DRAFT,
    }
    try:
        told["body"] = clean_text(
            str(inputs.get("body") or ""), field_label="内容", max_length=LONGEST_BODY
        )
    except BadWording as fault:
        typed.wrong("body", fault.message)
    if told["category"] and told["category"] not in rulebook.categories:
        typed.wrong("category", "“诉求分类”没有这一项。")
    unit = rulebook.units.get(told["unit_id"] or 0)
    if told["unit_id"] and (unit is None or not unit.active):
        typed.wrong("unit_id", "没有这个单位，或者已停用。")
    if told["valid_from"] and told["valid_until"] and told["valid_until"] < told["valid_from"]:
        typed.wrong("valid_until", "“截止日期”不能早于生效日期。")
    typed.complete()
    if not may_write(actor, told["unit_id"]):
        raise NotPermitted("只能为本单位维护知识。")
    return told


async def seen(pool: Pool, article_id: int) -> str:
    """A word for the state of the article, which its form carries."""
    async with pool.acquire() as connection:
        return fingerprint(await _facts(connection, article_id))


async def _facts(connection: Connection, article_id: int) -> dict[str, str]:
    row = await connection.fetchrow(
        "select a.*, u.name as unit from article a join unit u on u.id = a.unit_id where a.id = $1",
        article_id,
    )
    if row is None:
        raise NotFound("没有这条知识。")
    return {
        "标题": row["title"],
        "内容": row["body"],
        "诉求分类": row["category"],
        "关键词": row["keywords"],
        "责任单位": row["unit"],
        "生效日期": row["valid_from"].isoformat(),
        "截止日期": row["valid_until"].isoformat() if row["valid_until"] else "",
        "复核日期": row["review_on"].isoformat(),
        "状态": STATES[row["state"]],
    }


def _row(row: Any, *, without: str = "") -> ArticleRow:
    return ArticleRow(**{name: value for name, value in row.items() if name != without})


async def write_articles(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Articles as they are, published: for a demonstration."""
    await connection.executemany(
        """
        insert into article (title, body, category, keywords, unit_id, valid_from, valid_until,
          review_on, state, changed_at, words, version)
        values ($1, $2, $3, $4, $5, $6, null, $7, 'published', $8,
          array_to_tsvector($9::text[]), 1)
        """,
        [
            (
                one["title"], one["body"], one["category"], one["keywords"], one["unit_id"],
                one["valid_from"], one["review_on"], one["changed_at"],
                words_of(one["title"], one["keywords"], one["body"]),
            )
            for one in rows
        ],
    )  # fmt: skip
