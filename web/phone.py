"""A citizen's phone on the screen, for demonstrations: both ends of every text."""

from typing import Any

from litestar import Response, Router, get, post

from dispatch.conversations import conversation, recent_numbers, text_the_hotline
from dispatch.office import Office
from hotline.errors import NotFound
from hotline.numbers import WrongPhone, is_mobile, normalise_phone
from web.gateways import LONGEST_TEXT
from web.given import PUBLIC, Form, Now, TheForm, TheOffice, WebRequest, query_of
from web.render import page, redirect, render


@get("/phone", opt=PUBLIC)
async def show_phone(request: WebRequest, office: TheOffice) -> Response[Any]:
    """The phone of the number in the query, or of the one that lately got a text."""
    _only_in_demonstrations(office)
    return await _phone(request, office, query_of(request))


@get("/phone/texts", opt=PUBLIC)
async def list_texts(request: WebRequest, office: TheOffice) -> Response[Any]:
    """The texts of one number: the part that renews itself."""
    _only_in_demonstrations(office)
    number, _ = _number(query_of(request))
    texts = await conversation(office.pool, number) if number else []
    return render(request, "phone/_texts.html", number=number, texts=texts)


@post("/phone/texts", opt=PUBLIC, status_code=200)
async def create_text(
    request: WebRequest, office: TheOffice, form: TheForm, now: Now
) -> Response[Any]:
    """Send a text to the hotline as this number."""
    _only_in_demonstrations(office)
    number, wrong = _number(form)
    text = form.one("text").strip()
    if not wrong and not text:
        wrong = "请填写短信内容"
    if not wrong and len(text) > LONGEST_TEXT:
        wrong = f"短信最多 {LONGEST_TEXT} 字"
    if wrong or not number:
        return await _phone(request, office, form, wrong=wrong or "请填写手机号", status=422)
    # The key is the text's own name, as a provider gives one.
    await text_the_hotline(
        office, phone=number, body=text, now=now, provider_id=form.idempotency_key or ""
    )
    if request.headers.get("hx-request") == "true":
        return await _phone(request, office, Form({"number": [number]}))
    return redirect(request, "/phone?number=" + number.replace("+", "%2B"))


async def _phone(
    request: WebRequest, office: Office, given: Form, *, wrong: str = "", status: int = 200
) -> Response[Any]:
    numbers = await recent_numbers(office.pool)
    number, mistyped = _number(given)
    if not number and not mistyped and numbers:
        number = numbers[0]
    return page(
        request,
        "phone/show",
        status=status,
        number=number,
        typed=given.one("number"),
        text=given.one("text"),
        numbers=[number, *(n for n in numbers if n != number)] if number else numbers,
        texts=await conversation(office.pool, number) if number else [],
        wrong=wrong or mistyped,
        hotline=office.settings.sms_number,
        longest=LONGEST_TEXT,
    )


def _number(given: Form) -> tuple[str, str]:
    """The number in E.164, or "" and what is wrong with it."""
    typed = given.one("number").strip()
    if not typed:
        return "", ""
    try:
        number = normalise_phone(typed)
    except WrongPhone as refusal:
        return "", refusal.message
    return (number, "") if is_mobile(number) else ("", "请填写 11 位手机号，座机收不到短信")


def _only_in_demonstrations(office: Office) -> None:
    """Everybody's texts stand here: only on this machine, with invented people."""
    settings = office.settings
    if settings.sms_provider != "sim" or not settings.demo_passwords:
        raise NotFound


router = Router("/", route_handlers=[show_phone, list_texts, create_text])
