"""What is judged of a complaint (投诉) about a procurement, and what follows from the decision.

Read beside 政府采购质疑和投诉办法 (财政部令第94号) 17-37; the rules over dates and facts stand in
`hotline.procurement`.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile
from hotline.draft import Draft
from hotline.people import Actor
from hotline.procurement import (
    COMPLAINT_CONSEQUENCES,
    COMPLAINT_ITEMS,
    COMPLAINT_REFUSALS,
    CONSEQUENCE_OF,
    KEPT_YEARS,
    UNFOUNDED_GROUNDS,
    WILFUL_GROUNDS,
    complaint_filing,
    complaint_refusal_of,
    day,
    misconduct,
    missing,
)
from hotline.spans import years_after


def judged(draft: Draft) -> Mapping[str, Any]:
    """In time or not, by the window of the challenge that it names, and what it lacks."""
    return {**_timely(draft, draft.found.get("challenge")), **lacking(draft)}


def _timely(draft: Draft, challenge: CaseFile | None) -> Mapping[str, Any]:
    details = draft.case.details
    received_on = day(details, "received_on")
    window = _window(challenge) if challenge else None
    if challenge is None or window is None or received_on is None:
        return {
            "in_time": "no",
            "timeliness": "所投诉的质疑没有投诉期限（未受理或者已撤回），请核对",
        }
    found = complaint_filing(
        *window,
        received_on,
        answered=challenge.answered_at is not None,
        posted_on=day(details, "posted_on"),
    )
    return {"in_time": "yes" if found.in_time else "no", "timeliness": found.reason}


def _window(challenge: CaseFile) -> tuple[date, date] | None:
    """The expiry of the answer period and the last day: as it runs, or as it has ended."""
    clock = challenge.clock("window")
    if clock:
        return in_shanghai(clock.started_at).date(), in_shanghai(clock.due_at).date()
    begins, ends = (day(challenge.details, name) for name in ("complain_from", "complain_until"))
    return (begins, ends) if begins and ends else None


def lacking(draft: Draft) -> Mapping[str, Any]:
    """What it lacks of 令94 18."""
    lacks = missing(COMPLAINT_ITEMS, _items(draft.case))
    return {"missing": "；".join(COMPLAINT_ITEMS[item] for item in lacks) or None}


def _items(case: CaseFile) -> list[str]:
    items = case.details.get("complaint_items", [])
    return [str(item) for item in items] if isinstance(items, list | tuple) else []


def proposed(draft: Draft) -> Mapping[str, Any]:
    """The decision that is proposed."""
    names = ("complaint_result", "rejection_ground")
    return {name: draft.inputs.get(name) for name in names}


def conduct(draft: Draft) -> Mapping[str, Any]:
    """令94 37: how many unfounded complaints within twelve months, and what is proposed then."""
    ground = draft.case.details.get("rejection_ground")
    if ground not in UNFOUNDED_GROUNDS:
        return {}
    unfounded = 1 + int(draft.found.get("precedents", 0))
    why = misconduct(unfounded, wilful=ground in WILFUL_GROUNDS)
    return {"unfounded": unfounded, "misconduct": why}


def kept(draft: Draft) -> Mapping[str, Any]:
    """政府采购法 42: the papers stay for fifteen years."""
    until = years_after(in_shanghai(draft.now).date(), KEPT_YEARS)
    return {"keep_until": until.isoformat()}


def timely_by_the_dates(case: CaseFile) -> Mapping[str, Any]:
    """What the window of the challenge gives; the officer confirms it."""
    return {"in_time": case.details["in_time"]}


def ground_by_the_register(case: CaseFile) -> Mapping[str, Any]:
    """The ground for refusing that the register suggests, if any."""
    ground = complaint_refusal_of(case.details)
    if ground is None and case.details.get("missing") and case.details.get("correct_by"):
        ground = "uncorrected"
    return {**timely_by_the_dates(case), **({"complaint_refusal": ground} if ground else {})}


def what_is_missing(case: CaseFile) -> Mapping[str, Any]:
    """What the complaint lacks of 令94 18."""
    return {"missing_parts": missing(COMPLAINT_ITEMS, _items(case))}


def consequence_by_the_stage(case: CaseFile) -> Mapping[str, Any]:
    """What follows at this stage of the procurement."""
    stage = str(case.details.get("procurement_stage", ""))
    return {"complaint_consequence": CONSEQUENCE_OF[stage]} if stage in CONSEQUENCE_OF else {}


def is_timely(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """Only what is in time is accepted."""
    late = inputs["in_time"] != "yes"
    return {"in_time": "超过法定投诉期限的不予受理，并书面告知理由"} if late else {}


def ground_holds(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """A refusal agrees with the dates; 令94 21: whoever is not competent names who is."""
    ground = inputs["complaint_refusal"]
    if ground == "late" and inputs["in_time"] == "yes":
        return {"complaint_refusal": "在法定期限内提起的投诉，不得以超过期限为由不予受理"}
    if ground == "wrong_authority" and "competent_authority" not in inputs:
        return {"competent_authority": "不属于本部门管辖的，应告知有管辖权的部门"}
    return {}


def something_amended(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """A correction of the register corrects something."""
    return {} if inputs else {"authority": "请填写要更正的内容"}


def rejection_has_a_ground(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """令94 29 names the grounds on which a complaint is rejected."""
    rejected = inputs["complaint_result"] == "rejected"
    if rejected != ("rejection_ground" in inputs):
        return {"rejection_ground": "驳回的须注明理由，成立的不填"}
    return {}


def consequence_fits(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """令94 31, 32: the consequence is that of the stage of the procurement."""
    fitting = CONSEQUENCE_OF[inputs["procurement_stage"]]
    if inputs["complaint_consequence"] != fitting:
        return {"complaint_consequence": f"该采购阶段应“{COMPLAINT_CONSEQUENCES[fitting]}”"}
    return {}


def is_complete(case: CaseFile, actor: Actor) -> str | None:
    """What is incomplete is corrected first."""
    lacks = case.details.get("missing")
    return f"投诉书缺少：{lacks}" if lacks else None


def is_admissible(case: CaseFile, actor: Actor) -> str | None:
    """Challenged first, within what was challenged, and ours to decide."""
    ground = complaint_refusal_of({**case.details, "in_time": "yes"})
    return f"{COMPLAINT_REFUSALS[ground]}，不予受理；登记有误的，请先更正登记" if ground else None


def not_corrected_yet(case: CaseFile, actor: Actor) -> str | None:
    """令94 21（1）: everything is asked for at once."""
    return "补正通知只发一次" if case.details.get("correct_by") else None


def not_suspended_yet(case: CaseFile, actor: Actor) -> str | None:
    """政府采购法 57: thirty days at most, and so once."""
    return "本件已通知暂停采购活动，最长30日" if case.details.get("suspended_on") else None


def is_suspended(case: CaseFile, actor: Actor) -> str | None:
    """There is something to resume."""
    return None if case.clock("suspension") else "现在没有暂停采购活动"


def delivered_first(case: CaseFile, actor: Actor) -> str | None:
    """The parties have the decision before everybody."""
    return None if case.answered_at else "应先向当事人送达处理决定书"


def not_delivered_yet(case: CaseFile, actor: Actor) -> str | None:
    """It is delivered once."""
    return "处理决定书已送达" if case.answered_at else None


def may_be_listed(case: CaseFile, actor: Actor) -> str | None:
    """There is a reason, and it has not been proposed yet."""
    if case.details.get("listing_proposed"):
        return "已报送列入不良行为记录名单的建议"
    return None if case.details.get("misconduct") else "没有应列入不良行为记录名单的情形"


def after_publishing(case: CaseFile, inputs: Mapping[str, Any]) -> str | None:
    """What is upheld with effect is acted upon."""
    return "following" if case.details.get("complaint_result") == "effect" else "closed"
