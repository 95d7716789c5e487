"""Learning from own cases: stored, taken by the web, and only where there are enough."""

from datetime import timedelta

import pytest

from dispatch import learn
from dispatch.intake import open_case
from dispatch.learn import KEPT_MODELS, learn_now, newest_key, read_model
from dispatch.office import Office
from hotline.categorising import NamedCategories, suggest_categories, words_of
from tests.makers import AGENT, MONDAY, REQUEST, RULEBOOK

MATTERS = {
    "01.01.01": ("水龙头没有水", "停水两天", "水压太低", "供水管爆裂"),
    "02.01.01": ("摊贩占道", "夜市占用人行道", "流动商贩堵路", "店外经营"),
}


async def fill(office: Office, many: int) -> None:
    """So many closed cases of two categories, copies of one that was opened by the door."""
    case = (await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)).case
    columns = await office.pool.fetchval(
        "select string_agg(quote_ident(column_name), ', ') from information_schema.columns"
        " where table_name = 'case' and column_name not in"
        " ('id', 'number', 'title', 'content', 'category', 'closed_at', 'source_id')"
    )
    codes = list(MATTERS)
    rows = []
    for at in range(many):
        code = codes[at % 2]
        told = MATTERS[code]
        content = (
            f"{told[at % 4]}，{told[(at // 4) % 4]}，{chr(0x4E00 + at)}{chr(0x5E00 + at)}附近。"
        )
        rows.append((f"{at:013d}", told[at % 4], content, code))
    await office.pool.executemany(
        f'insert into "case" (number, title, content, category, closed_at, {columns})'
        f' select $1, $2, $3, $4, now(), {columns} from "case" where id = {case.id}',
        rows,
    )


async def test_nothing_is_learned_from_little_and_the_rules_go_on(office: Office) -> None:
    assert "至少需要1000件" in await learn_now(office.pool, now=MONDAY)
    assert await office.pool.fetchval("select note from learned_model") != ""
    assert await office.advice.model() is None
    named = office.advice.named(RULEBOOK, on=MONDAY.date())
    (first, *_) = suggest_categories(words_of("家里停水了", ""), named, None)
    assert (first.code, first.share) == ("01.01.01", None) and "停水" in first.reason


@pytest.mark.timeout(180)
async def test_what_was_learned_is_stored_and_suggested_with_its_words(office: Office) -> None:
    await fill(office, 1100)
    assert "已从1100件工单学习2个分类" in await learn_now(office.pool, now=MONDAY)
    office.advice.forget()
    model = await office.advice.model()
    assert model is not None and set(model.classes) == set(MATTERS)
    named = NamedCategories(RULEBOOK, on=MONDAY.date())
    words = words_of("小区门口流动商贩堵路", "摊贩很多")
    first = suggest_categories(words, named, model)[0]
    assert first.code == "02.01.01" and first.share is not None and first.share > 0.5
    assert "商贩" in first.reason
    assert len({one.code for one in suggest_categories(words, named, model)}) <= 3


async def test_old_models_go_and_the_newest_stays(office: Office) -> None:
    async with office.pool.acquire() as connection:
        before = await newest_key(connection)
        assert before is not None and await read_model(connection, before) is not None
        await office.pool.execute("update \"case\" set category = ''")
        for day in range(1, KEPT_MODELS + 3):
            await learn_now(office.pool, now=MONDAY + timedelta(days=day))
        # Nothing could be learned since: what was learned before is still there to be used.
        assert await newest_key(connection) == before
        assert await connection.fetchval("select count(*) from learned_model") <= KEPT_MODELS + 1


async def test_only_at_night_and_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []

    class Done:
        returncode = 0

        async def wait(self) -> int:
            return 0

    async def begin(*command: str, **given: object) -> Done:
        begun.append(" ".join(command[1:]))
        return Done()

    monkeypatch.setattr(learn.asyncio, "create_subprocess_exec", begin)
    url = office.settings.database_url or ""
    night = MONDAY.replace(hour=2) + timedelta(days=30)
    await learn.learn_at_night(office.pool, url, MONDAY + timedelta(days=30))
    assert begun == []
    await learn.learn_at_night(office.pool, url, night)
    assert begun == ["-m dispatch.command learn --quietly"]
    await learn_now(office.pool, now=night)
    await learn.learn_at_night(office.pool, url, night + timedelta(hours=1))
    assert len(begun) == 1
