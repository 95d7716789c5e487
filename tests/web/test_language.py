"""Two languages: nothing is missing in the catalogue, and screens speak the one that was chosen."""

import re
import time

import httpx
import msgspec
import pytest

from dispatch.intake import open_case
from dispatch.notices import Notice
from dispatch.office import Office, clock
from dispatch.perform import perform
from dispatch.texts import templates
from dispatch.texts.allowed import samples
from tests import words
from tests.makers import AGENT, DISPATCHER, MONDAY, REQUEST, SUPERVISOR, WATER_CLERK
from tests.web.conftest import PASSWORD, ClientAs
from web.language import COOKIE, ENGLISH, Typed, catalogue, speaking, told, told_notice

PLACES = re.compile(r"\{\w+\}|%\(\w+\)s")


def test_every_word_has_english() -> None:
    """`python -m tests.words` adds what is new; the English is written by hand."""
    had = words.written()
    assert not [f"{place}: {text}" for text, place in words.owed().items() if not had.get(text)]


def test_no_entry_is_left_over() -> None:
    """What nobody says any more is out of the catalogue."""
    assert not set(words.written()) - set(words.owed())


def test_no_text_takes_long_to_be_told() -> None:
    """What a person typed may hold the constant parts of a sentence ever again, in vain."""
    for sentence in catalogue().sentences:
        first, *between, last = sentence.constants
        vain = (first + "".join((one or "的") * 40 for one in between) + last * 40 + "的的")[:500]
        begun = time.process_time()
        with speaking(ENGLISH):
            told(vain)
        assert time.process_time() - begun < 0.5, sentence.pattern.pattern


def test_places_are_the_same_in_both() -> None:
    wrong = []
    for source, english in words.written().items():
        for form in (english,) if isinstance(english, str) else english:
            if set(PLACES.findall(source)) != set(PLACES.findall(form)):
                wrong.append((source, form))
    assert not wrong


def test_templates_say_nothing_outside_the_catalogue() -> None:
    """Chinese in a template stands in `_("…")`, or is compared with what a register says."""
    assert not words.unsaid()


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("剩1天", "1 day left"),
        ("剩3天", "3 days left"),
        ("剩2天3小时", "2 d 3 h left"),
        ("3天前", "3 days ago"),
        ("今日 09:00", "Today 09:00"),
        ("5个工作日", "5 working days"),
        ("2026-03-09（周一）", "2026-03-09 (Mon)"),
        ("话务员、派单员", "Agent, Dispatcher"),
        ("待派单 → 待签收", "To dispatch → To acknowledge"),
        (
            "本件现为“待派单”，不能“签收”",
            "The case is now “To dispatch”; “Acknowledge” is not possible",
        ),
        (
            "有内容需要补充或更正：请填写“标题”；请填写“诉求分类”",
            "Please complete or correct: Please fill in “Title”; Please fill in “Category”",
        ),
        # Names stay, alone and in lists, even where they begin like a word of ours.
        ("云州市水务局、云州市教育局", "云州市水务局、云州市教育局"),
        ("热线中心质检科", "热线中心质检科"),
    ],
)
def test_sentences_are_told_by_their_parts(chinese: str, english: str) -> None:
    with speaking(ENGLISH):
        assert told(chinese) == english
    assert told(chinese) == chinese


def test_what_a_person_typed_stays() -> None:
    with speaking(ENGLISH):
        assert told("已解决") == "Solved"
        assert told(Typed("已解决")) == "已解决"


async def test_language_is_chosen_asked_for_or_chinese(client_as: ClientAs) -> None:
    browser = await client_as()
    assert '<html lang="zh-CN">' in (await browser.get("/login")).text
    asked = {"accept-language": "en-GB,en;q=0.9,zh;q=0.5"}
    page = await browser.get("/login", headers=asked)
    assert '<html lang="en">' in page.text and "Sign in" in page.text
    page = await browser.get("/login", headers={"accept-language": "fr, zh;q=0.9, en;q=0.5"})
    assert '<html lang="zh-CN">' in page.text
    answer = await browser.post("/language", data={"language": "en", "back": "/login"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert browser.cookies[COOKIE] == "en"
    page = await browser.get("/login")
    assert '<html lang="en">' in page.text
    # Each is offered in its own words.
    assert '<button type="submit" name="language" value="zh-CN" lang="zh-CN">中文' in page.text


async def test_language_that_there_is_none_of_changes_nothing(client_as: ClientAs) -> None:
    browser = await client_as()
    answer = await browser.post("/language", data={"language": "xx", "back": "https://evil.test/"})
    assert answer.headers["location"] == "/"
    assert COOKIE not in browser.cookies


async def test_pages_speak_english(client_as: ClientAs) -> None:
    """Labels of queues, stages and inputs, which come from data, are in English as well."""
    for who, path, said in (
        (DISPATCHER, "/desk", "To dispatch"),
        (AGENT, "/console", "Type of request"),
        (SUPERVISOR, "/procedures/citizen", "Handling deadline"),
    ):
        browser = await client_as(who)
        browser.cookies.set(COOKIE, "en")
        page = (await browser.get(path)).text
        assert said in page
        # A drawing breaks its lines, and the names of regulations with them.
        page = re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)
        labels = set(re.findall(r">\s*([^<>]*[\u4e00-\u9fff][^<>]*?)\s*<", page))
        known = words.written()
        assert not {label for label in labels & set(known) if known[label] != label}


async def test_refusals_of_the_interface_follow_the_caller(
    client_as: ClientAs, office: Office
) -> None:
    browser = await client_as(DISPATCHER)
    chinese = (await browser.get("/api/cases/1234567890123")).json()
    english = (
        await browser.get("/api/cases/1234567890123", headers={"accept-language": "en"})
    ).json()
    assert chinese["detail"] != english["detail"]
    assert chinese["title"] == "没有找到" and english["title"] == "Not found"


async def sign_in(browser: httpx.AsyncClient, name: str) -> None:
    answer = await browser.post("/login", data={"name": name, "password": PASSWORD})
    assert answer.status_code == 303


async def test_the_choice_follows_the_person_to_another_browser(
    client_as: ClientAs, office: Office
) -> None:
    names = await office.pool.fetch(
        "select sign_in from staff where id = any($1) order by id",
        sorted({AGENT.staff_id, DISPATCHER.staff_id}),
    )
    hers, his = (row["sign_in"] for row in names)
    first, second = await client_as(), await client_as()
    await sign_in(first, hers)
    # Nothing was chosen: what the browser speaks goes on.
    assert COOKIE not in first.cookies
    await first.post("/language", data={"language": "en", "back": "/me"})
    await sign_in(second, hers)
    assert '<html lang="en">' in (await second.get("/me")).text
    # Somebody else on the same machine chooses for himself, and that is not her choice.
    await sign_in(second, his)
    await second.post("/language", data={"language": "zh-CN", "back": "/me"})
    await sign_in(first, his)
    assert '<html lang="zh-CN">' in (await first.get("/me")).text
    await sign_in(first, hers)
    assert '<html lang="en">' in (await first.get("/me")).text


@pytest.mark.parametrize(
    ("sent_to", "sent_from", "back"),
    [
        ("/console/calls", "", "/console"),
        ("/console/calls", "http://hotline.test/console?phone=13800138000", None),
        ("/console/calls", "http://hotline.test/console/calls", "/console"),
        ("/console/calls", "https://evil.test/me", "/console"),
        ("/console/handover", "", "/console/handover"),
    ],
)
async def test_a_refused_form_changes_its_language_where_it_can_be_opened(
    client_as: ClientAs, sent_to: str, sent_from: str, back: str | None
) -> None:
    browser = await client_as(AGENT)
    page = await browser.post(sent_to, data={"title": "x"}, headers={"referer": sent_from})
    assert page.status_code == 422 and "<html" in page.text
    found = re.search(r'class="languages".*?name="back" value="([^"]*)"', page.text, re.DOTALL)
    assert found and found[1] == (back or "/console?phone=13800138000")
    answer = await browser.post("/language", data={"language": "en", "back": found[1]})
    assert (await browser.get(answer.headers["location"])).status_code == 200


async def test_a_list_keeps_its_filters_in_another_language(client_as: ClientAs) -> None:
    browser = await client_as(DISPATCHER)
    page = await browser.get("/desk?queue=to_dispatch&urgency=danger")
    assert 'name="back" value="/desk?queue=to_dispatch&amp;urgency=danger"' in page.text


@pytest.mark.parametrize("template", [one for one in templates() if one[:8] != "citizen/"])
@pytest.mark.parametrize("bare", [False, True])
def test_every_notice_is_told_in_english(template: str, bare: bool) -> None:
    """With everything that it may name, and where a case has no unit and no deadline."""
    params = samples(template)
    if bare and not template.startswith("owed/") and template != "supervisor/breached":
        params |= {name: "" for name in ("unit", "due_at", "clock") if name in params}
    notice = Notice(
        id=1, number=params["number"], template=template, params=params, wording="",
        urgent=False, gone=False, at=MONDAY,
    )  # fmt: skip
    with speaking(ENGLISH):
        english = told_notice(notice).replace(str(params.get("unit")), "")
    assert params["number"] in english and not re.search("[\u4e00-\u9fff]|\\{", english)
    assert told_notice(notice) == notice.text
    # What an administrator wrote stays as it is.
    changed = msgspec.structs.replace(notice, wording="{{ number }} 请看。")
    with speaking(ENGLISH):
        assert told_notice(changed) == f"{params['number']} 请看。"


async def test_a_unit_reads_its_notices_in_its_language(
    client_as: ClientAs, office: Office
) -> None:
    case = (await open_case(office, actor=AGENT, inputs=REQUEST, now=clock())).case
    inputs = {"lead_unit": "SWJ"}
    await perform(office, case.number, "dispatch", actor=DISPATCHER, inputs=inputs, now=clock())
    browser = await client_as(WATER_CLERK)
    assert f"{case.number} 已派给本单位主办" in (await browser.get("/portal")).text
    browser.cookies.set(COOKIE, "en")
    page = (await browser.get("/portal")).text
    assert f"{case.number}: dispatched to your unit in the lead; " in page
    assert "已派给本单位主办" not in page
