"""Time over the API: a clock day by day, what moved it, what is asked; the procedures."""

from datetime import timedelta
from typing import Any

import pytest

from dispatch.office import Office, clock
from dispatch.registry import limits
from hotline.calendar import in_shanghai
from hotline.people import Actor, Role
from hotline.procedures import PROCEDURES
from tests.makers import (
    AGENT,
    CENTRE,
    CITY_CLERK,
    DISPATCHER,
    SUPERVISOR,
    WATER_CLERK,
)
from tests.web.test_api import Caller, caller, done, names, opened

__all__ = ["caller"]

ADMIN = Actor("管理员老吴", frozenset({Role.ADMIN}), SUPERVISOR.staff_id, CENTRE)
ASKED = {"extension_days": "3", "reason": "配件三日后到货，电话13911112222。"}
STOP = {
    "stop_ground": "inspection", "basis": "规程第十三条", "stop_until": "2099-01-05",
    "reason": "水样送检。",
}  # fmt: skip


async def handled(caller: Caller) -> str:
    number = (await opened(caller))["number"]
    await done(caller, DISPATCHER, number, "dispatch", lead_unit="SWJ")
    await done(caller, WATER_CLERK, number, "sign")
    return str(number)


async def read(caller: Caller, actor: Actor, path: str) -> Any:
    answer = await (await caller(actor)).get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_clock_is_told_day_by_day_with_its_extension(caller: Caller) -> None:
    number = await handled(caller)
    plain = await read(caller, WATER_CLERK, f"/cases/{number}/clocks/handle")
    assert sum(day["counted"] for day in plain["days"]) == 5
    assert plain["days"][0]["why"] == "起算日当天不计"
    assert [line["applies"] for line in plain["limits"]] == [True]
    await done(caller, WATER_CLERK, number, "request_extension", **ASKED)
    await done(caller, DISPATCHER, number, "grant_extension")
    told = await read(caller, WATER_CLERK, f"/cases/{number}/clocks/handle?round=1")
    assert sum(day["counted"] for day in told["days"]) == 8
    (extension,) = told["clock"]["extensions"]
    assert (extension["limit"], extension["granted_by"]) == ("3wd", DISPATCHER.name)
    assert extension["basis"].startswith("济南市优化营商环境条例")
    assert told["clock"]["due_at"].startswith(told["days"][-1]["date"])
    case = await read(caller, WATER_CLERK, f"/cases/{number}")
    assert next(c for c in case["clocks"] if c["name"] == "handle") == told["clock"]
    assert case["pending"] == {"extension": None, "stop": None}


async def test_what_is_asked_is_told_with_who_asked_and_until_when(caller: Caller) -> None:
    number = await handled(caller)
    await done(caller, WATER_CLERK, number, "request_extension", **ASKED)
    asked = (await read(caller, DISPATCHER, f"/cases/{number}"))["pending"]["extension"]
    assert (asked["clock"], asked["limit_text"]) == ("handle", "3个工作日")
    assert asked["asked_by"] == WATER_CLERK.name
    assert asked["decide_by"] > asked["asked_at"]
    own = (await read(caller, WATER_CLERK, f"/cases/{number}"))["pending"]["extension"]
    assert "13911112222" not in own["reason"]


async def test_a_stop_is_on_every_clock_that_it_stops(caller: Caller) -> None:
    number = await handled(caller)
    today = in_shanghai(clock()).date()
    until = today.replace(year=today.year + 1)
    stop = {**STOP, "stop_until": until.isoformat()}
    refused = await (await caller(WATER_CLERK)).post(
        f"/cases/{number}/actions/request_stop", json=stop
    )
    assert refused.status_code == 422
    stop["stop_until"] = (today + timedelta(days=7)).isoformat()
    await done(caller, WATER_CLERK, number, "request_stop", **stop)
    pending = (await read(caller, DISPATCHER, f"/cases/{number}"))["pending"]["stop"]
    assert (pending["ground"], pending["asked_by"]) == ("inspection", WATER_CLERK.name)
    assert pending["until_at"].startswith(stop["stop_until"])
    await done(caller, DISPATCHER, number, "grant_stop")
    told = await read(caller, WATER_CLERK, f"/cases/{number}/clocks/handle")
    assert told["clock"]["state"] == "stopped"
    (shown,) = told["clock"]["stops"]
    assert (shown["ground_text"], shown["ended_at"]) == ("等待检验、检测、鉴定", None)
    assert any("停止计时" in day["why"] for day in told["days"])


async def test_a_changed_limit_stands_beside_the_one_that_applies(
    caller: Caller, office: Office
) -> None:
    number = await handled(caller)
    form = {
        "kind": "citizen", "clock": "handle", "branch": "", "amount": "3", "unit": "wd",
        "valid_from": in_shanghai(clock()).date().isoformat(), "basis": "市政府令（演示）",
    }  # fmt: skip
    form["branch"] = "urgency=normal"
    await limits.change_limit(office, form, actor=ADMIN, now=clock())
    old = await read(caller, WATER_CLERK, f"/cases/{number}/clocks/handle")
    assert [(one["limit"], one["applies"]) for one in old["limits"]] == [
        ("5wd", True), ("3wd", False),
    ]  # fmt: skip
    new = await read(caller, WATER_CLERK, f"/cases/{await handled(caller)}/clocks/handle")
    assert [(one["limit"], one["basis"]) for one in new["limits"]] == [("3wd", "市政府令（演示）")]
    told = await read(caller, AGENT, "/procedures/citizen")
    handle = next(one for one in told["clocks"] if one["name"] == "handle")
    line = next(one for one in handle["limits"] if one["branch"] == "urgency=normal")
    assert (line["limit"], line["since"], line["basis"]) == (
        "3wd", form["valid_from"], "市政府令（演示）",
    )  # fmt: skip


async def test_a_clock_that_there_is_not_and_a_case_of_others_are_not_found(
    caller: Caller,
) -> None:
    number = await handled(caller)
    for actor, path in (
        (WATER_CLERK, f"/cases/{number}/clocks/nonsense"),
        (WATER_CLERK, f"/cases/{number}/clocks/handle?round=2"),
        (CITY_CLERK, f"/cases/{number}/clocks/handle"),
        (WATER_CLERK, "/procedures/nonsense"),
    ):
        assert (await (await caller(actor)).get(path)).status_code == 404
    wrong = await (await caller(WATER_CLERK)).get(f"/cases/{number}/clocks/handle?round=x")
    assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["round"])


async def test_every_kind_describes_itself(caller: Caller) -> None:
    told = await read(caller, WATER_CLERK, "/procedures")
    assert [one["kind"] for one in told] == list(PROCEDURES)
    citizen = await read(caller, WATER_CLERK, "/procedures/citizen")
    reply = next(one for one in citizen["actions"] if one["name"] == "reply")
    assert reply["from"][0]["stage"] == "handling"
    assert reply["to"] == ["replied"]
    assert names(reply["needs"]) == ["result", "reply", "files"]
    assert reply["needs"][0]["choices"][0] == {"name": "solved", "label": "已办理解决"}
    assert "还有…个协办单位未反馈，主办单位暂不能答复" in reply["refusals"]
    assert {"first_contact", "handle"} <= set(reply["ends"])
    callback = next(one for one in citizen["actions"] if one["name"] == "callback")
    assert (callback["to"], callback["stays"]) == (["called_back", "closed"], True)


async def test_lists_are_narrowed_by_kind(caller: Caller) -> None:
    await opened(caller)
    dispatcher = await caller(DISPATCHER)
    mine = (await dispatcher.get("/cases?kind=citizen")).json()["cases"]
    assert mine
    assert {row["kind"] for row in mine} == {"citizen"}
    assert (await dispatcher.get("/cases?kind=leader")).json()["cases"] == []
    wrong = await dispatcher.get("/cases?kind=nonsense")
    assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["kind"])


@pytest.mark.parametrize("kind", PROCEDURES)
async def test_a_kind_is_described_to_whoever_is_signed_in(caller: Caller, kind: str) -> None:
    assert (await read(caller, AGENT, f"/procedures/{kind}"))["kind"] == kind
