"""政府采购投诉: a supplier's complaint to the finance department about how it was answered.

Read beside 政府采购法 55-58, 政府采购法实施条例 55-58 and 政府采购质疑和投诉办法 (财政部令第94号)
17-37. There is no extension; only what the law leaves uncounted stops the thirty working days.
"""

from hotline.papers.complaint import LEDGER
from hotline.people import Role
from hotline.procedure import NEW, Action, Phase, Precedents, Procedure, Stage, Tie
from hotline.procedures.afterwards import archive_where_it_ended, procurement_file
from hotline.procedures.complaint_clocks import CLOCKS
from hotline.procedures.complaint_rules import (
    after_publishing,
    conduct,
    consequence_by_the_stage,
    consequence_fits,
    delivered_first,
    ground_by_the_register,
    ground_holds,
    is_admissible,
    is_complete,
    is_suspended,
    is_timely,
    judged,
    kept,
    lacking,
    may_be_listed,
    not_corrected_yet,
    not_delivered_yet,
    not_suspended_yet,
    proposed,
    rejection_has_a_ground,
    something_amended,
    timely_by_the_dates,
    what_is_missing,
)
from hotline.procedures.countersigned import countersigned
from hotline.procedures.extra_time import stops
from hotline.procedures.inside import inside
from hotline.procedures.parts import UNITS, co_reply, co_sign
from hotline.procedures.returns import RETURNS
from hotline.procedures.time import TIME
from hotline.procurement import (
    AUTHORITIES,
    COMPLAINT_CONSEQUENCES,
    COMPLAINT_ITEMS,
    COMPLAINT_REFUSALS,
    COMPLAINT_RESULTS,
    FOUND_WORDS,
    PROCUREMENT_STAGES,
    RECEIVED_WORDS,
    REJECTIONS,
    SCOPES,
    UNFOUNDED_GROUNDS,
    UNFOUNDED_MONTHS,
)
from hotline.ties import FOLLOWS
from hotline.vocabulary import Input

OFFICE = (Role.FINANCE,)
SIGNING = (Role.FINANCE, Role.LEADER)
WITH_UNITS = ("notified", "stating")
ACCEPTED = ("accepted", *WITH_UNITS, "examining")
OPEN = ("received", "correcting", "refusing", *ACCEPTED, "deciding")


def told(action: str, *hands: str) -> Tie:
    """The challenge that the complaint is about notes what becomes of it."""
    return Tie(FOLLOWS, change="told", other=action, hands=hands)


STAGES = (
    Stage("received", "待审查", Phase.INTAKE, "已登记"),
    Stage("correcting", "待投诉人补正", Phase.INTAKE, "待补正"),
    Stage("refusing", "待告知不予受理", Phase.INTAKE, "已登记"),
    Stage("accepted", "待发答复通知", Phase.ASSIGNMENT, "已受理"),
    Stage("notified", "待被投诉人签收", Phase.ASSIGNMENT, "办理中"),
    Stage("stating", "被投诉人说明", Phase.HANDLING, "办理中"),
    Stage("examining", "调查审理", Phase.HANDLING, "办理中"),
    Stage("deciding", "决定待签发", Phase.REVIEW, "办理中"),
    Stage("issued", "决定待送达公告", Phase.VERDICT, "已作出处理决定"),
    Stage("following", "待落实处理结果", Phase.VERDICT, "已作出处理决定"),
    Stage("closed", "已办结", Phase.CLOSED, "已办结"),
    Stage("refused", "不予受理", Phase.CLOSED, "已告知不予受理"),
    Stage("terminated", "撤回终止", Phase.CLOSED, "已终止"),
    Stage("voided", "登记撤销", Phase.CLOSED, "已撤销"),
)

WORDS = (
    *RECEIVED_WORDS,
    Input("respondents", "被投诉人", "line", max_length=200),
    Input("challenge", "质疑件编号", "case", of="challenge"),
    Input("scope", "投诉事项范围", "choice", SCOPES),
    Input("authority", "管辖", "choice", AUTHORITIES),
    Input("procurement_stage", "采购所处阶段", "choice", PROCUREMENT_STAGES),
    Input("complaint_items", "投诉书具备的内容", "choices", COMPLAINT_ITEMS),
    Input("missing_parts", "需要补正的事项", "choices", COMPLAINT_ITEMS),
    Input("corrected_on", "收到补正材料日期", "day"),
    Input("complaint_refusal", "投诉不予受理理由", "choice", COMPLAINT_REFUSALS),
    Input("competent_authority", "有管辖权的部门", "line", max_length=100),
    Input("suspended_on", "暂停通知送达日期", "day"),
    Input("confronted_on", "质证日期", "day"),
    Input("confrontation", "质证、调查情况", "text", max_length=4000),
    Input("complaint_result", "处理结论", "choice", COMPLAINT_RESULTS),
    Input("rejection_ground", "驳回理由", "choice", REJECTIONS),
    Input("announced_on", "公告日期", "day"),
    Input("announced_in", "公告媒体", "line", max_length=100),
    Input("complaint_consequence", "处理结果", "choice", COMPLAINT_CONSEQUENCES),
)

RESULTS = (
    *FOUND_WORDS,
    Input("unfounded", "12个月内查无实据的投诉（次）", "integer"),
    Input("misconduct", "不良行为提示", "line", max_length=200),
    Input("listing_proposed", "已建议列入不良行为记录名单", "flag"),
)

REGISTER = (
    "title", "supplier", "credit_code", "requester_name", "requester_phone", "address",
    "postcode?", "respondents", "challenge", "project_name", "project_number",
    "procurement_stage", "received_on", "posted_on?", "authority", "scope",
    "complaint_items", "content", "files?",
)  # fmt: skip

ACTIONS = (
    Action(
        "register", "登记投诉书", when=(NEW,), to="received", by=OFFICE, needs=REGISTER,
        does=("past_days", "describe", "detail"), derives=judged, reads=("challenge",),
        tie=Tie(FOLLOWS, names="challenge"), tone="primary",
    ),
    Action(
        "amend", "更正登记", when=("received",), by=OFFICE,
        needs=("authority?", "scope?", "complaint_items?"), check=something_amended,
        does=("detail",), derives=lacking,
    ),
    Action(
        "accept", "受理", when=("received",), to="accepted", by=OFFICE, needs=("in_time",),
        check=is_timely, begins=timely_by_the_dates, does=("detail", "accept_on_receipt"),
        unless=(is_complete, is_admissible), tie=told("complained"),
        tells=("citizen/letter_accepted",),
        papers=("complaint_acceptance",), tone="primary",
    ),
    Action(
        "ask_correction", "通知补正", when=("received",), to="correcting", by=OFFICE,
        needs=("missing_parts", "correct_by", "document_number"), begins=what_is_missing,
        does=("stop_for_correction", "detail"), unless=(not_corrected_yet,),
        tells=("citizen/letter_incomplete",), papers=("complaint_correction",),
    ),
    Action(
        "resubmit", "登记补正材料", when=("correcting",), to="received", by=OFFICE,
        needs=("complaint_items", "corrected_on", "files?"), does=("past_days", "detail", "resume"),
        derives=lacking, tone="primary",
    ),
    Action(
        "lapse_correction", "补正期满", when=("correcting",), to="received", by=(Role.CLOCK,),
        tells=("finance/lapsed",),
    ),
    Action(
        "decide_refusal", "决定不予受理", when=("received",), to="refusing", by=OFFICE,
        needs=("complaint_refusal", "in_time", "competent_authority?", "reason"),
        check=ground_holds, begins=ground_by_the_register, does=("detail",), tone="danger",
    ),
    Action(
        "send_refusal", "送达不予受理通知", when=("refusing",), to="refused", by=OFFICE,
        needs=("document_number", "delivery", "delivered_on"), does=("past_days", "detail"),
        tie=told("complaint_ended"), papers=("complaint_refusal",),
        tells=("citizen/letter_refused",), tone="primary",
    ),
    Action(
        "send_notices", "发出答复通知和副本", when=("accepted",), to="notified", by=OFFICE,
        needs=("lead_unit", "co_units?", "document_number"), does=("assign",),
        tells=("unit/dispatched", "co/dispatched"), papers=("complaint_statement",),
        tone="primary",
    ),
    Action(
        "sign", "签收答复通知", when=("notified",), to="stating", by=UNITS, part="lead",
        does=("sign",), tone="primary",
    ),
    Action(
        "deem_signed", "视为收到", when=("notified",), to="stating", by=(Role.CLOCK,),
        does=("deem",), tells=("unit/deemed",),
    ),
    co_sign((*WITH_UNITS, "examining"), label="其他当事人签收"),
    co_reply((*WITH_UNITS, "examining"), label="其他当事人说明", tells="finance/stated"),
    *countersigned(Action(
        "state", "提交书面说明和证据", when=("stating",), to="examining", by=UNITS, part="lead",
        needs=("findings", "files?"), does=("hand_in",), handles=True, tells=("finance/stated",),
        tone="primary",
    )),
    *inside(handed_in=("stating",), open_in=("stating",)),
    Action(
        "state_paper", "登记书面说明", when=("stating",), to="examining", by=OFFICE,
        needs=("findings", "document_number", "files?"),
    ),
    Action(
        "waive_statement", "视为放弃说明", when=("stating",), to="examining", by=(Role.CLOCK,),
        tells=("finance/stated",),
    ),
    Action(
        "request_more", "要求补充说明", when=("examining",), to="stating", by=OFFICE,
        needs=("reason",), does=("new_round", "returned"), recused=True, tells=("unit/redo",),
    ),
    Action(
        "confront", "登记调查、质证", when=("stating", "examining"), by=OFFICE,
        needs=("confronted_on", "confrontation", "files?"), does=("past_days",),
    ),
    Action(
        "suspend", "通知暂停采购活动", when=ACCEPTED, by=OFFICE,
        needs=("suspended_on", "document_number", "reason"), does=("past_days", "detail"),
        unless=(not_suspended_yet,), tells=("unit/suspended",),
        papers=("complaint_suspension",),
    ),
    Action(
        "resume_procurement", "通知恢复采购活动", when=(*OPEN, "issued", "following"), by=OFFICE,
        needs=("document_number",), only=(is_suspended,), tells=("unit/procurement_resumed",),
    ),
    Action(
        "end_suspension", "暂停采购活动期满", when=(*OPEN, "issued", "following"),
        by=(Role.CLOCK,), only=(is_suspended,),
        tells=("unit/procurement_resumed", "finance/suspension_over"),
    ),
    Action(
        "submit_decision", "提交处理决定稿", when=("examining",), to="deciding", by=OFFICE,
        needs=("complaint_result", "rejection_ground?", "reply", "files?"),
        check=rejection_has_a_ground,
        derives=proposed, handles=True, tone="primary",
    ),
    Action(
        "return_decision", "退回修改", when=("deciding",), to="examining", by=SIGNING,
        needs=("reason",), recused=True, tone="danger",
    ),
    Action(
        "issue", "签发处理决定", when=("deciding",), to="issued", by=SIGNING,
        needs=("document_number",), recused=True, derives=conduct,
        counts=Precedents(
            "credit_code", "rejection_ground", UNFOUNDED_GROUNDS, months=UNFOUNDED_MONTHS
        ),
        papers=("complaint_decision",), tone="primary",
    ),
    Action(
        "deliver", "送达当事人", when=("issued",), by=OFFICE,
        needs=("delivery", "delivered_on", "files?"),
        does=("past_days", "detail", "answered"), unless=(not_delivered_yet,),
        tie=told("complaint_decided", "complaint_result", "procurement_stage"),
        tells=("citizen/letter_answered", "unit/decision_sent"), tone="primary",
    ),
    Action(
        "publish", "公告处理决定", when=("issued",), to=after_publishing, by=OFFICE,
        needs=("announced_on", "announced_in", "files?"),
        does=("past_days", "detail"), derives=kept,
        unless=(delivered_first,), tone="primary",
    ),
    Action(
        "record_consequence", "登记处理结果", when=("following",), to="closed", by=OFFICE,
        needs=("procurement_stage", "complaint_consequence", "document_number"),
        check=consequence_fits, begins=consequence_by_the_stage, does=("detail",), derives=kept,
        tone="primary",
    ),
    Action(
        "propose_listing", "建议列入不良行为记录名单", when=("issued", "following", "closed"),
        by=OFFICE, needs=("reason",), only=(may_be_listed,),
        derives=lambda draft: {"listing_proposed": True}, tells=("leader/listing",),
    ),
    Action(
        "withdraw", "投诉人书面撤回，终止处理", when=OPEN, to="terminated", by=OFFICE,
        needs=("withdrawn_on", "document_number", "files?"),
        does=("past_days", "detail"), derives=kept,
        tie=told("complaint_ended"),
        tells=("former/complaint_ended",), papers=("complaint_termination",),
    ),
    Action(
        "void", "撤销登记", when=("received",), to="voided", by=OFFICE, needs=("reason",),
        tie=told("complaint_ended"),
        tone="danger",
    ),
    Action(
        "remind", "催办", when=WITH_UNITS, by=(Role.FINANCE, Role.SUPERVISOR), needs=("note?",),
        does=("remind",), tells=("unit/reminded",),
    ),
    *stops(
        CLOCKS, asked_in=("stating", "examining"), open_in=OPEN, decided_by=SIGNING,
        asks="finance/asked", asked_by=OFFICE,
    ),
    archive_where_it_ended(STAGES, by=OFFICE),
    *TIME,
)  # fmt: skip

COMPLAINT = Procedure(
    kind="complaint",
    version="2026",
    title="政府采购投诉处理程序",
    stages=STAGES,
    clocks=CLOCKS,
    actions=ACTIONS,
    seen_by=frozenset({Role.FINANCE, Role.SUPERVISOR, Role.LEADER}),
    matter="投诉",
    retention=procurement_file(),
    words=WORDS,
    results=RESULTS,
    numbered=True,
    returns=RETURNS,
    ledger=LEDGER,
)
