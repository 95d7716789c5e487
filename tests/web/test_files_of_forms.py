"""Files in forms that are not sent yet: kept as they are chosen, by the draft, and by a refusal."""

import re

from dispatch.attachments import attached
from dispatch.office import Office
from hotline.unsaved import subject_of_call
from tests.hotline.test_files import PNG
from tests.makers import AGENT, INSTRUCTION, PETITION, PETITIONS, REQUEST, SECRETARY
from tests.web.conftest import ClientAs

FORM = {**{name: str(value) for name, value in REQUEST.items()}, "disposition": "case"}
HTMX = {"hx-request": "true"}
PHOTO = ("files", ("现场.png", PNG, "image/png"))


def kept_in(html: str) -> list[tuple[str, str]]:
    """The files that a form keeps, as (key, name)."""
    return re.findall(r'name="files" value="([0-9a-f]{80})" checked> ([^<]+)<', html)


async def files_of(office: Office, number: str) -> list[str]:
    async with office.pool.acquire() as connection:
        case_id = await connection.fetchval('select id from "case" where number = $1', number)
        return [file.name for file in await attached(connection, case_id)]


async def latest(office: Office) -> str:
    number: str = await office.pool.fetchval('select number from "case" order by id desc limit 1')
    return number


async def test_a_chosen_file_is_kept_at_once_beside_those_before_it(client_as: ClientAs) -> None:
    agent = await client_as(AGENT)
    page = (await agent.get("/console")).text
    assert 'hx-post="/files?form=call"' in page and 'data-shortcut="Alt+f"' in page
    first = await agent.post("/files?form=call", files=[PHOTO], headers=HTMX)
    assert first.status_code == 200 and 'id="call-files"' in first.text
    assert 'data-shortcut="Alt+f"' in first.text
    ((key, name),) = kept_in(first.text)
    assert name == "现场.png"
    unfit = ("files", ("程序.exe", b"MZ\x90\x00" + bytes(80), "image/png"))
    second = await agent.post(
        "/files?form=call", data={"files": key}, files=[PHOTO, unfit], headers=HTMX
    )
    assert second.status_code == 422 and "程序.exe：不是可以上传的类型" in second.text
    assert kept_in(second.text)[0] == (key, "现场.png")
    assert len(kept_in(second.text)) == 2
    strange = await agent.post('/files?form="><b>', files=[PHOTO], headers=HTMX)
    assert 'id="f-files"' in strange.text


async def test_the_agents_draft_brings_its_files_back_and_the_call_takes_them(
    client_as: ClientAs, office: Office
) -> None:
    agent = await client_as(AGENT)
    ((key, _),) = kept_in((await agent.post("/files?form=call", files=[PHOTO])).text)
    gone = "0" * 80
    fields = {**{name: [value] for name, value in FORM.items()}, "files": [key, gone]}
    await agent.post("/drafts", json={"draft": subject_of_call(None), "fields": fields})
    assert kept_in((await agent.get("/console")).text) == [(key, "现场.png")]
    done = await agent.post("/console/calls", data={**FORM, "files": key})
    assert done.status_code == 200 and "已立单受理" in done.text
    assert await files_of(office, await latest(office)) == ["现场.png"]


async def test_without_scripts_the_call_brings_its_files_itself(
    client_as: ClientAs, office: Office
) -> None:
    agent = await client_as(AGENT)
    looked = await agent.post("/console/caller", data=FORM, files=[PHOTO])
    assert len(kept_in(looked.text)) == 1, "looking the caller up loses nothing"
    refused = await agent.post("/console/calls", data={**FORM, "title": ""}, files=[PHOTO])
    assert refused.status_code == 422
    ((key, _),) = kept_in(refused.text)
    large = ("files", ("录像.mp4", bytes(11 * 1024 * 1024), "video/mp4"))
    too_large = await agent.post("/console/calls", data={**FORM, "files": key}, files=[large])
    assert too_large.status_code == 422 and "录像.mp4：超过10MB" in too_large.text
    assert [one for one, _ in kept_in(too_large.text)] == [key]
    done = await agent.post("/console/calls", data={**FORM, "files": key}, files=[PHOTO])
    assert "已立单受理" in done.text
    assert await files_of(office, await latest(office)) == ["现场.png", "现场.png"]


async def test_a_registers_draft_brings_its_files_back(client_as: ClientAs, office: Office) -> None:
    officer = await client_as(PETITIONS)
    ((key, _),) = kept_in((await officer.post("/files?form=new", files=[PHOTO])).text)
    await officer.post(
        "/drafts", json={"draft": "register:petition/register", "fields": {"files": [key]}}
    )
    path = "/register/petition/register"
    assert kept_in((await officer.get(path)).text) == [(key, "现场.png")]
    done = await officer.post(path, data={**PETITION, "files": key})
    assert done.status_code == 303
    assert await files_of(office, done.headers["location"].rsplit("/", 1)[1]) == ["现场.png"]


async def test_a_draft_of_an_act_brings_its_files_back(client_as: ClientAs) -> None:
    agent = await client_as(AGENT)
    await agent.post("/console/calls", data=FORM)
    found = re.search(r"/cases/(\d{13})", (await agent.get("/console")).text)
    assert found
    ((key, _),) = kept_in((await agent.post("/files?form=do-supplement", files=[PHOTO])).text)
    await agent.post(
        "/drafts",
        json={"draft": f"case:{found[1]}/supplement", "fields": {"files": [key], "note": ["照片"]}},
    )
    assert kept_in((await agent.get(f"/cases/{found[1]}")).text) == [(key, "现场.png")]
    expired = await agent.post(
        f"/cases/{found[1]}/actions/supplement", data={"note": "照片", "files": ["0" * 80, key]}
    )
    assert expired.status_code == 422 and "有附件已失效，请重新上传" in expired.text
    assert kept_in(expired.text) == [(key, "现场.png")], "what is gone is not sent again"


async def test_what_was_uploaded_before_it_was_called_secret_is_removed(
    client_as: ClientAs, office: Office
) -> None:
    secretary = await client_as(SECRETARY)
    content = "批示扫描件".encode()
    upload = ("files", ("批示.txt", content, "text/plain"))
    ((key, _),) = kept_in((await secretary.post("/files?form=new", files=[upload])).text)
    refused = await secretary.post(
        "/register/leader/register",
        data={**INSTRUCTION, "secrecy": "state_secret", "files": key},
    )
    assert refused.status_code == 422 and kept_in(refused.text) == []
    count = "select count(*) from attachment where file_key = $1"
    assert await office.pool.fetchval(count, key) == 0
    sealed = await secretary.post(
        "/files?form=new", data={"secrecy": "state_secret"}, files=[upload], headers=HTMX
    )
    assert sealed.status_code == 422 and "涉密" in sealed.text


async def test_only_who_is_signed_in_keeps_files(client_as: ClientAs) -> None:
    assert (await (await client_as()).post("/files", files=[PHOTO])).status_code == 303


async def test_what_one_tab_sent_the_other_tab_no_longer_offers(client_as: ClientAs) -> None:
    agent = await client_as(AGENT)
    ((key, _),) = kept_in((await agent.post("/files?form=call", files=[PHOTO])).text)
    form = {**FORM, "files": key}
    assert (await agent.post("/console/calls", data=form)).status_code == 200
    again = await agent.post("/console/calls", data=form)
    assert again.status_code == 422 and "有附件已失效，请重新上传" in again.text
    assert kept_in(again.text) == [] and REQUEST["title"] in again.text
