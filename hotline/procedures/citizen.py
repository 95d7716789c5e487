"""市民诉求办理规程: from the call to the closed case.

Read beside 国办发〔2020〕53号 (受理、派单、办理、答复、督办、办结、回访、评价) and the
city rules that give figures; every limit names its basis. Limits without a national figure
are the demonstration city's own and say so.
"""

from collections.abc import Mapping
from typing import Any

from hotline.casefile import CaseFile
from hotline.clock_rules import By, ClockRule, Extension, Stoppable, by_urgency
from hotline.clocks import hours, working_days, working_hours
from hotline.people import Actor, Role
from hotline.procedure import NEW, Action, Phase, Procedure, Stage, leads_to
from hotline.procedures.afterwards import kept, look_back_clock
from hotline.procedures.citizen_forms import (
    callback_complete,
    reachable,
    refusal_complete,
    something_amended,
)
from hotline.procedures.countersigned import countersigned
from hotline.procedures.endings import afterlife, early_endings
from hotline.procedures.extra_time import decision_clocks, extra_time
from hotline.procedures.inside import INSIDE_CLOCK, inside
from hotline.procedures.joint import arbitration, arbitration_clock, designation
from hotline.procedures.ladder import LADDER, ladder
from hotline.procedures.merging import has_no_unit, has_unit, merging, relating, splitting
from hotline.procedures.parts import co_reply, co_sign, co_units_done, release_co
from hotline.procedures.returns import RETURNS
from hotline.procedures.time import TIME

UNIT = Role.CLERK
UNITS = (Role.CLERK, Role.UNIT_HEAD)
OVERSEERS = (Role.DISPATCHER, Role.SUPERVISOR)
WITH_UNIT_CLOCKS = ("dispatched", "objected", "handling", "ending")
WITH_UNITS = (*WITH_UNIT_CLOCKS, "replied")
BEFORE_ANSWER = ("accepted", *WITH_UNITS)
# Decided above the dispatcher: the unit signs anew; with another unit everything begins anew.
ANEW = ("arbitrate", "designate")
ABOVE = (*ANEW, "arbitrate_kept")
OPEN = (*BEFORE_ANSWER, "merged", "answered", "called_back")
ENDED = ("closed", "terminated", "withdrawn", "refused")
CITY = "云州市12345热线工作规程（演示）"


def not_designated(case: CaseFile, actor: Actor) -> str | None:
    """潍坊市12345政务服务便民热线条例 22: a designated unit may not hand the case back."""
    return "本件已指定办理，不得再次提出派单异议" if case.designated else None


@leads_to("closed", "called_back")
def after_callback(case: CaseFile, inputs: Mapping[str, Any]) -> str | None:
    """Answered: content and not unsolved closes, else a redo is proposed. Unreached: still due."""
    if inputs["attempt"] == "refused":
        return "closed"
    if inputs["attempt"] != "answered":
        return None
    content = int(inputs["satisfied"]) >= 3 and inputs["solved"] != "no"
    return "closed" if content else "called_back"


@leads_to("closed", "called_back", in_stages=("answered",))
def after_rating(case: CaseFile, inputs: Mapping[str, Any]) -> str | None:
    """A text of 3, 4 or 5 closes; 1 or 2 proposes a redo; a later one only corrects the level."""
    if case.stage != "answered":
        return None
    return "closed" if int(inputs["rating"]) >= 3 else "called_back"


FORM = (
    "request_type", "category?", "place?", "address?", "urgency", "title", "content",
    "requester_name?", "requester_phone?", "anonymous?", "confidential?", "channel?",
)  # fmt: skip

STOPPABLE = Stoppable(
    working_days(30), f"{CITY} 第十三条（演示）；参照行政许可法 第45条：检验、鉴定、专家评审不计入"
)

STAGES = (
    Stage("registered", "待受理", Phase.INTAKE, "已登记"),
    Stage("accepted", "待派单", Phase.ASSIGNMENT, "已受理"),
    Stage("dispatched", "待签收", Phase.ASSIGNMENT, "办理中"),
    Stage("objected", "异议待裁", Phase.ASSIGNMENT, "办理中"),
    Stage("handling", "办理中", Phase.HANDLING, "办理中"),
    Stage("ending", "终止待审", Phase.HANDLING, "办理中"),
    Stage("merged", "并案办理", Phase.HANDLING, "办理中"),
    Stage("replied", "待审核", Phase.REVIEW, "办理中"),
    Stage("answered", "待回访", Phase.VERDICT, "已答复"),
    Stage("called_back", "待定重办", Phase.VERDICT, "已答复"),
    Stage("looking_back", "待回头看", Phase.VERDICT, "已办结"),
    Stage("closed", "已办结", Phase.CLOSED, "已办结"),
    Stage("terminated", "终止办理", Phase.CLOSED, "已终止办理"),
    Stage("withdrawn", "诉求人撤回", Phase.CLOSED, "已撤回"),
    Stage("archived", "已归档", Phase.CLOSED, "已办结"),
    Stage("refused", "不予受理", Phase.CLOSED, "已告知不予受理"),
)

CLOCKS = (
    ClockRule(
        "whole", "全程时限", Role.SUPERVISOR,
        starts=("open", "accept", "split_off", "reopen", "reopen_to_dispatch"), ends=(),
        limit=by_urgency(
            danger=hours(24), utility=working_days(3),
            normal=working_days(10), complex=working_days(20),
        ),
        basis=f"{CITY} 第六条：自受理之日起连续计算，改派、退回、重办、并案、拆单均不重新起算；"
        "办结后重新办理的，自重新办理之日起算",
    ),
    ClockRule(
        "dispatch", "派单时限", Role.DISPATCHER,
        starts=(
            "open", "accept", "split_off", "unmerge", "dispatch_anew", "reopen_to_dispatch",
        ),
        ends=("dispatch", "designate", "answer_directly", "merge"),
        limit=by_urgency(
            danger=hours(0.5), utility=hours(1),
            normal=working_hours(4), complex=working_hours(8),
        ),
        basis="北京市接诉即办工作条例 第11条（即时派单）；具体时长为演示设定",
    ),
    ClockRule(
        "sign_in", "签收时限", UNIT,
        starts=("dispatch", "redispatch", "uphold_objection", "reject_objection", *ABOVE),
        ends=("sign", "deem_signed", "object", "merge"),
        limit=by_urgency(
            danger=hours(0.5), utility=hours(2),
            normal=working_days(1), complex=working_days(1),
        ),
        basis=f"{CITY} 第九条：1个工作日内签收，逾期视为签收",
        breach="deem_signed",
    ),
    ClockRule(
        "decide_objection", "异议裁定时限", Role.DISPATCHER,
        starts=("object",),
        ends=("uphold_objection", "reject_objection", "redispatch", "merge", *ABOVE),
        limit=working_hours(8),
        basis="国办函〔2025〕66号 五（派单异议审核）；具体时长为演示设定",
    ),
    ClockRule(
        "first_contact", "首次联系时限", UNIT,
        starts=("dispatch", "redispatch", "uphold_objection", *ANEW, "redo", "reopen"),
        ends=("contact", "contact_inside", "reply", "merge"),
        limit=by_urgency(
            danger=hours(1), utility=hours(4), normal=hours(24), complex=hours(24)
        ),
        basis=f"{CITY} 第十条：24小时内联系诉求人",
        stoppable=STOPPABLE,
    ),
    ClockRule(
        "handle", "办理时限", UNIT,
        starts=("dispatch", "redispatch", "uphold_objection", *ANEW, "redo", "reopen"),
        ends=("reply", "merge"),
        limit=by_urgency(
            danger=hours(2), utility=hours(24),
            normal=working_days(5), complex=working_days(15),
        ),
        basis="济南市12345市民服务热线条例 第24条（5个工作日）；分级时长参照北京市地方标准",
        ladder=LADDER,
        extendable=Extension(
            By("urgency", {"normal": working_days(5), "complex": working_days(10)}), times=1,
            basis="济南市优化营商环境条例 第62条（复杂的经批准可延长10个工作日）；"
            f"一般事项{CITY} 第十二条",
        ),
        stoppable=STOPPABLE,
    ),
    arbitration_clock(
        working_days(2), owed_by=Role.SUPERVISOR,
        ends=("uphold_objection", "reject_objection", "merge"),
    ),
    *decision_clocks(
        working_hours(8), falls=("reply", "redispatch", "uphold_objection", *ANEW, "merge"),
        basis=f"{CITY} 第十二条、第十三条（演示设定）",
    ),
    ClockRule(
        "decide_termination", "终止审核时限", Role.REVIEWER,
        starts=("request_termination",), ends=("terminate", "deny_termination"),
        limit=working_days(1),
        basis="潍坊市12345政务服务便民热线条例 第21条（经审核终止办理）；具体时长为演示设定",
    ),
    ClockRule(
        "review", "审核时限", Role.REVIEWER,
        starts=("reply",), ends=("approve", "redo"),
        limit=by_urgency(
            danger=hours(1), utility=hours(4),
            normal=working_days(1), complex=working_days(1),
        ),
        basis="济南市12345市民服务热线条例 第27条（逐条审核）；具体时长为演示设定",
    ),
    ClockRule(
        "callback", "回访时限", Role.CALLBACK,
        starts=("approve", "follow"), ends=("callback", "rate", "expire_callback", "redo"),
        limit=working_days(5),
        basis=f"{CITY} 第十八条：审核通过后5个工作日内回访，逾期记为未评价",
        breach="expire_callback",
    ),
    ClockRule(
        "verdict", "重办裁定时限", Role.DISPATCHER,
        starts=("callback", "rate"), ends=("redo", "dispatch_anew", "close"),
        limit=working_days(2),
        basis=f"{CITY} 第十九条（演示设定）",
    ),
    INSIDE_CLOCK,
    look_back_clock(
        starts=("plan_look_back",), owed_by=Role.SUPERVISOR,
        basis=f"{CITY} 第二十二条：已办结但易反复的事项适时“回头看”（演示设定）",
    ),
)  # fmt: skip

ACTIONS = (
    Action(
        "open", "登记受理", when=(NEW,), to="accepted",
        by=(Role.AGENT, Role.DISPATCHER), needs=(*FORM, "files?"), check=reachable,
        does=("describe", "accept"), tells=("citizen/accepted",), tone="primary",
    ),
    Action(
        "register", "登记", when=(NEW,), to="registered",
        by=(Role.AGENT, Role.CITIZEN), needs=(*FORM, "files?"), check=reachable,
        does=("describe",),
    ),
    Action(
        "accept", "受理", when=("registered",), to="accepted", by=(Role.AGENT, Role.DISPATCHER),
        does=("accept",), tells=("citizen/accepted",), tone="primary",
    ),
    Action(
        "refuse", "不予受理", when=("registered",), to="refused",
        by=(Role.AGENT, Role.DISPATCHER), check=refusal_complete,
        needs=("refusal_ground", "statutory_channel?", "reason"),
        tells=("citizen/refused",), tone="danger",
    ),
    Action(
        "amend", "更正要素", when=("registered", "accepted", "objected"),
        by=(Role.AGENT, Role.DISPATCHER),
        needs=("request_type?", "category?", "place?", "address?", "note?"),
        check=something_amended, does=("amend",),
    ),
    Action(
        "supplement", "补充诉求", when=OPEN,
        by=(Role.AGENT, Role.DISPATCHER, Role.CALLBACK), needs=("note", "files?"),
        tells=("unit/supplement",),
    ),
    Action(
        "answer_directly", "直接答复", when=("accepted",), to="closed",
        by=(Role.AGENT, Role.DISPATCHER), needs=("answer",), does=("answered",), handles=True,
        tells=("citizen/answered",),
    ),
    Action(
        "dispatch", "派单", when=("accepted",), to="dispatched", by=(Role.DISPATCHER,),
        needs=("lead_unit", "co_units?", "designate?", "note?"),
        does=("assign",), tells=("unit/dispatched", "co/dispatched"), papers=("work_order",),
        tone="primary",
    ),
    Action(
        "redispatch", "改派", when=("dispatched", "handling"), to="dispatched",
        by=(Role.DISPATCHER,), needs=("lead_unit", "co_units?", "designate?", "reason"),
        does=("withdraw", "assign", "returned"), papers=("work_order",),
        tells=("unit/dispatched", "co/dispatched", "former/withdrawn"),
    ),
    Action(
        "sign", "签收", when=("dispatched",), to="handling", by=UNITS, part="lead",
        does=("sign",), tone="primary",
    ),
    Action(
        "deem_signed", "视为签收", when=("dispatched",), to="handling", by=(Role.CLOCK,),
        does=("deem",), tells=("unit/deemed",),
    ),
    co_sign(WITH_UNIT_CLOCKS),
    co_reply(WITH_UNIT_CLOCKS, says="reply"),
    release_co(WITH_UNIT_CLOCKS, by=(Role.DISPATCHER,)),
    Action(
        "object", "派单异议", when=("dispatched", "handling"), to="objected", by=UNITS,
        part="lead", needs=("objection_ground", "proposed_unit?", "note", "files?"),
        unless=(not_designated,), tells=("dispatcher/objected",),
    ),
    Action(
        "uphold_objection", "同意异议并改派", when=("objected",), to="dispatched",
        by=(Role.DISPATCHER,), needs=("lead_unit", "co_units?", "designate?", "note?"),
        does=("withdraw", "assign", "returned"),
        tells=("unit/dispatched", "co/dispatched", "former/withdrawn"), papers=("work_order",),
        tone="primary",
    ),
    Action(
        "reject_objection", "驳回异议（指定办理）", when=("objected",), to="dispatched",
        by=(Role.DISPATCHER,), needs=("reason",), does=("designate",),
        tells=("unit/objection_rejected",),
    ),
    *arbitration(
        objected_in="objected", to="dispatched", asked_by=(Role.DISPATCHER,),
        by=(Role.SUPERVISOR,), papers=("work_order",),
    ),
    *designation(
        when=("accepted", "dispatched", "handling"), to="dispatched", by=OVERSEERS,
        papers=("work_order",),
    ),
    Action(
        "contact", "联系诉求人", when=("handling",), by=UNITS, part="lead",
        needs=("contact_way", "contact_result", "note"), handles=True,
    ),
    *countersigned(Action(
        "reply", "答复", when=("handling",), to="replied", by=UNITS, part="lead",
        needs=("result", "reply", "files?"), does=("reply",), unless=(co_units_done,),
        handles=True, tone="primary",
    )),
    *inside(handed_in=("handling",), open_in=("handling", "objected", "ending"), contact=True),
    Action(
        "approve", "审核通过", when=("replied",), to="answered", by=(Role.REVIEWER,),
        needs=("note?",), recused=True,
        tells=("citizen/answered", "citizen/rating"), tone="primary",
    ),
    Action(
        "redo", "退回重办", when=("replied", "called_back"), to="handling",
        by={
            "replied": (Role.REVIEWER,),
            "called_back": (Role.CALLBACK, Role.DISPATCHER, Role.SUPERVISOR),
        },
        needs=("redo_reasons", "note"), only=(has_unit,), does=("new_round", "returned"),
        recused=True, tells=("unit/redo",), papers=("work_order",), tone="danger",
    ),
    Action(
        "callback", "回访", when=("answered",), to=after_callback, by=(Role.CALLBACK,),
        needs=("attempt", "solved?", "satisfied?", "manner?", "note?"),
        check=callback_complete, does=("callback",), recused=True, tone="primary",
    ),
    Action(
        "rate", "短信评价", to=after_rating,
        when=("answered", "called_back", "looking_back", "closed", "archived"),
        by=(Role.CITIZEN,), needs=("rating", "note?"), does=("rate",),
    ),
    Action(
        "expire_callback", "逾期未评价办结", when=("answered",), to="closed",
        by=(Role.CLOCK, Role.IMPORT), does=("unrated",),
    ),
    Action(
        "close", "办结", when=("called_back",), to="closed",
        by=(Role.DISPATCHER, Role.SUPERVISOR), needs=("close_reason", "note"), recused=True,
    ),
    *ladder(
        reminded_in=WITH_UNIT_CLOCKS, reminded_by=OVERSEERS,
        supervised_in=OPEN, supervised_by=(Role.SUPERVISOR,), paper="supervision_notice",
    ),
    *merging(
        from_stages=("accepted", "dispatched", "objected", "handling"),
        into_stages=(*BEFORE_ANSWER, "answered"), waits_in="merged", answered_in="answered",
        dispatched_from="accepted", by=OVERSEERS, at_once_by=(Role.AGENT,),
    ),
    Action(
        "dispatch_anew", "另行派单", when=("called_back",), to="accepted",
        by=(Role.CALLBACK, Role.DISPATCHER, Role.SUPERVISOR), needs=("redo_reasons", "note"),
        only=(has_no_unit,), does=("no_unit",), recused=True, tone="danger",
    ),
    *splitting(
        FORM, from_stages=("accepted", "dispatched", "objected", "handling"), to="accepted",
        by=OVERSEERS,
    ),
    *relating(when=OPEN, by=OVERSEERS),
    *early_endings(BEFORE_ANSWER),
    *afterlife(ENDED),
    *extra_time(
        CLOCKS, asked_in=("handling",), open_in=WITH_UNIT_CLOCKS, decided_by=OVERSEERS,
    ),
    *TIME,
)  # fmt: skip

CITIZEN = Procedure(
    kind="citizen",
    version="2026",
    title="市民诉求办理规程",
    stages=STAGES,
    clocks=CLOCKS,
    actions=ACTIONS,
    retention=kept(10),
    returns=RETURNS,
)
