"""What is judged of a challenge (质疑): in time, complete, admissible; and what follows then.

Read beside 政府采购质疑和投诉办法 (财政部令第94号) 10-16; the rules over dates and facts stand in
`hotline.procurement`.
"""

from collections.abc import Mapping
from typing import Any

from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile
from hotline.draft import Draft
from hotline.people import Actor
from hotline.procedure import leads_to
from hotline.procurement import (
    CHALLENGE_REFUSALS,
    CONSEQUENCE_OF,
    KEPT_YEARS,
    LETTER_ITEMS,
    day,
    filing,
    missing,
    refusal_of,
    secret_hints,
)
from hotline.rings import BREACHED
from hotline.spans import years_after

AT_REST = ("answered", "closed", "refused", "withdrawn", "voided")
"""The stages in which nothing is owed: a complaint that is accepted brings the case back."""


def judged(draft: Draft) -> Mapping[str, Any]:
    """In time or not, with the reason, and what the letter lacks; the first date is kept."""
    details = draft.case.details
    known_on, received_on = day(details, "known_on"), day(details, "received_on")
    assert known_on and received_on, "the register asks for both"
    found = filing(
        known_on, received_on, draft.rulebook.calendar, posted_on=day(details, "posted_on")
    )
    lacks = missing(LETTER_ITEMS, _items(draft.case))
    return {
        "in_time": "yes" if found.in_time else "no",
        "timeliness": found.reason,
        "missing": "；".join(LETTER_ITEMS[item] for item in lacks) or None,
    }


def _items(case: CaseFile) -> list[str]:
    items = case.details.get("letter_items", [])
    return [str(item) for item in items] if isinstance(items, list | tuple) else []


def hinted(draft: Draft) -> Mapping[str, Any]:
    """The result that is proposed, and words in the draft that may give away a trade secret."""
    words = secret_hints(draft.inputs["reply"])
    hint = f"答复稿中出现“{'、'.join(words)}”，请核对是否涉及商业秘密" if words else None
    return {"challenge_result": draft.inputs["challenge_result"], "secret_hint": hint}


def marked(draft: Draft) -> Mapping[str, Any]:
    """重大、复杂、疑难的质疑事项."""
    return {"major": True}


def kept(draft: Draft) -> Mapping[str, Any]:
    """政府采购法 42: the papers stay for fifteen years; and when a complaint was possible.

    A complaint that was posted in time may arrive when the window has closed.
    """
    until = years_after(in_shanghai(draft.now).date(), KEPT_YEARS)
    window = draft.case.clock("window")
    ends = (
        {
            "complain_from": in_shanghai(window.started_at).date().isoformat(),
            "complain_until": in_shanghai(window.due_at).date().isoformat(),
        }
        if window
        else {}
    )
    return {"keep_until": until.isoformat(), **ends}


def kept_with_complaint(draft: Draft) -> Mapping[str, Any]:
    """As with any other end, and which complaint is being dealt with."""
    number = draft.inputs.get("other_case") or draft.inputs["complaint"]
    return {**kept(draft), "complaint": number, "complaint_stands": True}


def as_decided(draft: Draft) -> Mapping[str, Any]:
    """What the finance bureau has decided about the complaint, and what that asks of the centre."""
    result = draft.inputs["complaint_result"]
    stage = draft.inputs["procurement_stage"]
    ordered = draft.case.clock("carry_out")
    if ordered and result != "effect":
        # What an earlier decision has ordered is still owed, and its time runs on.
        draft.starts["carry_out"] = ordered.started_at
        return {"complaint_stands": None}
    return {
        "complaint_stands": None,
        "complaint_result": result,
        "complaint_consequence": CONSEQUENCE_OF[stage] if result == "effect" else None,
    }


def as_ended(draft: Draft) -> Mapping[str, Any]:
    """Nothing was decided about the complaint."""
    return {**kept(draft), "complaint_stands": None}


def timely_by_the_dates(case: CaseFile) -> Mapping[str, Any]:
    """What the dates of the register give; the officer confirms it."""
    return {"in_time": case.details["in_time"]}


def ground_by_the_register(case: CaseFile) -> Mapping[str, Any]:
    """The ground for refusing that the register suggests, if any."""
    ground = refusal_of(case.details)
    return {**timely_by_the_dates(case), **({"challenge_refusal": ground} if ground else {})}


def what_is_missing(case: CaseFile) -> Mapping[str, Any]:
    """What the letter lacks of 令94 12."""
    return {"missing_items": missing(LETTER_ITEMS, _items(case))}


def is_timely(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """Only what is in time is accepted."""
    late = inputs["in_time"] != "yes"
    return {"in_time": "超过法定质疑期限的不予受理，并告知理由"} if late else {}


def ground_holds(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """令94 13: what was filed in time is not refused as late."""
    if inputs["challenge_refusal"] == "late" and inputs["in_time"] == "yes":
        return {"challenge_refusal": "在法定期限内提出的质疑，不得以超过期限为由不予受理"}
    return {}


def one_purchaser(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """招标部 handles, the one purchaser (采购人) takes part."""
    one = len(inputs["co_units"]) == 1
    return {} if one else {"co_units": "请填写采购人，一个项目只有一个采购人"}


def something_amended(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """A correction of the register corrects something."""
    return {} if inputs else {"known_on": "请填写要更正的内容"}


def consequence_fits(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """令94 16: what follows depends on what was challenged."""
    documents = case.details["challenge_start"] == "documents"
    chosen = inputs["challenge_consequence"]
    if documents and chosen == "next_candidate":
        return {"challenge_consequence": "对采购文件的质疑成立，应修改文件后继续或者重新采购"}
    if not documents and chosen == "amend":
        return {"challenge_consequence": "对采购过程、结果的质疑成立，应另行确定或者重新采购"}
    return {}


def is_complete(case: CaseFile, actor: Actor) -> str | None:
    """What is incomplete is corrected first."""
    lacks = case.details.get("missing")
    return f"质疑函缺少：{lacks}，应先通知补正" if lacks else None


def is_admissible(case: CaseFile, actor: Actor) -> str | None:
    """Who may not challenge, or not here, is told so; dates are judged by the officer."""
    ground = refusal_of({**case.details, "in_time": "yes"})
    return f"{CHALLENGE_REFUSALS[ground]}，不予受理；登记有误的，请先更正登记" if ground else None


def experts_asked(case: CaseFile, actor: Actor) -> str | None:
    """There is an opinion to be waited for."""
    return None if case.clock("experts") else "没有待反馈的专家意见"


def no_experts_asked(case: CaseFile, actor: Actor) -> str | None:
    """One request at a time."""
    return "已请专家协助，请先登记专家意见" if case.clock("experts") else None


def not_major_yet(case: CaseFile, actor: Actor) -> str | None:
    """It is marked once."""
    return "已列为重大、复杂质疑" if case.details.get("major") else None


def to_be_reported(case: CaseFile, actor: Actor) -> str | None:
    """The panel's opinion and the report are still owed."""
    return None if case.clock("report_finance") else "没有待会商报告的事项"


def reported_first(case: CaseFile, actor: Actor) -> str | None:
    """重大、复杂、疑难: 会商解决, 并书面报告财政局, before the panel signs."""
    return "重大、复杂质疑应先会商并书面报告财政局" if case.clock("report_finance") else None


def to_be_carried_out(case: CaseFile, actor: Actor) -> str | None:
    """The decision about the complaint asks something of the centre."""
    return None if case.clock("carry_out") else "没有待落实的投诉处理决定"


def carried_out_first(case: CaseFile, actor: Actor) -> str | None:
    """What the finance bureau has ordered is done, whatever the supplier does."""
    return "投诉处理决定尚未落实" if case.clock("carry_out") else None


@leads_to("following", "answered", "complained", "carrying_out", "closed")
def after_sending(case: CaseFile, inputs: Mapping[str, Any]) -> str | None:
    """What follows from the result is done first; then the time for a complaint runs on."""
    return "following" if case.details["challenge_result"] == "effect" else _answered(case)


@leads_to("answered", "complained", "carrying_out", "closed")
def after_consequence(case: CaseFile, inputs: Mapping[str, Any]) -> str | None:
    """A complaint may have come, or the time for one be over by then."""
    return _answered(case)


@leads_to("complained", in_stages=AT_REST)
def after_complaint(case: CaseFile, inputs: Mapping[str, Any]) -> str | None:
    """A complaint about what was answered is waited for; what was not is still to be answered."""
    return "complained" if case.stage in AT_REST else case.stage


@leads_to("carrying_out", "closed", in_stages=("complained",))
def after_decision(case: CaseFile, inputs: Mapping[str, Any]) -> str | None:
    """What is upheld with effect is carried out, beside what is still owed if anything is."""
    if case.stage != "complained":
        return case.stage
    return "carrying_out" if inputs["complaint_result"] == "effect" else "closed"


@leads_to("answered", "refused", "withdrawn", "closed", in_stages=("complained",))
def after_ended_complaint(case: CaseFile, inputs: Mapping[str, Any]) -> str | None:
    """As if nobody had complained: within the time for it, another complaint is possible."""
    if case.stage != "complained":
        return case.stage
    if "challenge_refusal" in case.details:
        return "refused"
    if "withdrawn_on" in case.details:
        return "withdrawn"
    return "closed" if _window_over(case) else "answered"


@leads_to("closed", in_stages=("carrying_out",))
def after_carrying_out(case: CaseFile, inputs: Mapping[str, Any]) -> str | None:
    """Nothing more is owed, unless the challenge itself was never answered."""
    return "closed" if case.stage == "carrying_out" else case.stage


def _answered(case: CaseFile) -> str:
    """Where a challenge stands that owes no answer any more."""
    if case.clock("carry_out"):
        return "carrying_out"
    if case.details.get("complaint_stands"):
        return "complained"
    return "closed" if _window_over(case) else "answered"


def _window_over(case: CaseFile) -> bool:
    window = case.clock("window")
    return window is None or window.rung >= BREACHED
