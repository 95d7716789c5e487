"""信访事项办理规程: from the visitors' register to the end of 复核.

Read beside 信访工作条例 (2022): registration and forwarding 19-25, the three kinds 29-31, the
opinion 32, the limits 34, 复查 35 and 复核 36, each by the body one level above. What leaders
write on petitions follows the practice of 领导批示办理 (3 days, urgent ones the same day, reminded
every month). 日 are calendar days. Limits without a figure there are the demonstration city's own
and say so.
"""

from hotline.people import Role
from hotline.petitions import (
    LEDGER,
    RESULTS,
    WORDS,
    body_above,
    may_be_accepted,
    only_appeals,
    only_others,
    reason_untold,
    refusal_agrees,
    refusal_grounded,
    refusal_proposed,
    registered_in_full,
    report_proposed,
    review_proposed,
    reviewed_at_the_top,
    somebody_to_tell,
    state_of_earlier,
)
from hotline.procedure import NEW, Action, Phase, Procedure, Stage, Tie
from hotline.procedures.afterwards import archive_where_it_ended, kept
from hotline.procedures.countersigned import countersigned
from hotline.procedures.extra_time import extensions, stops
from hotline.procedures.inside import inside
from hotline.procedures.ladder import ladder
from hotline.procedures.parts import UNITS, co_reply, co_sign, co_units_done, release_co
from hotline.procedures.petition_clocks import CLOCKS
from hotline.procedures.returns import RETURNS
from hotline.procedures.time import TIME
from hotline.ties import FOLLOWS

OFFICE = (Role.PETITIONS,)
OVERSEERS = (Role.PETITIONS, Role.SUPERVISOR)
WITH_UNITS = ("forwarded", "handling")
OWED_BY_UNITS = (
    "forwarded", "objected", "handling", "decided", "delivered", "reviewing", "rereviewing",
)  # fmt: skip

STAGES = (
    Stage("registered", "待转送交办", Phase.INTAKE, "已登记"),
    Stage("reported", "报请决定", Phase.INTAKE, "已登记"),
    Stage("forwarded", "待受理", Phase.ASSIGNMENT, "已转有关单位"),
    Stage("objected", "异议待核", Phase.ASSIGNMENT, "已转有关单位"),
    Stage("handling", "办理中", Phase.HANDLING, "办理中"),
    Stage("decided", "意见书待送达", Phase.REVIEW, "办理中"),
    Stage("delivered", "可申请复查", Phase.VERDICT, "已答复"),
    Stage("reviewing", "复查中", Phase.HANDLING, "复查中"),
    Stage("reviewed", "可申请复核", Phase.VERDICT, "已复查"),
    Stage("rereviewing", "复核中", Phase.HANDLING, "复核中"),
    Stage("above", "上级机关复核", Phase.HANDLING, "复核中"),
    Stage("informed", "告知办结", Phase.CLOSED, "已告知有权处理的机关"),
    Stage("refused", "不再受理", Phase.CLOSED, "已告知不再受理"),
    Stage("redirected", "导入法定程序", Phase.CLOSED, "已告知法定途径"),
    Stage("settled", "已办结", Phase.CLOSED, "已办结"),
    Stage("concluded", "复核终结", Phase.CLOSED, "已复核终结"),
    Stage("withdrawn", "撤回", Phase.CLOSED, "已撤回"),
)

REGISTER = (
    "petition_kind", "petition_channel", "petition_received_on?", "petition_times",
    "earlier_petition?", "earlier_document?", "earlier_state?", "same_facts?", "group_size",
    "representatives?",
    "requester_name?", "anonymous?", "petitioner_address?", "requester_phone?", "confidential?",
    "title", "content", "petition_facts", "petition_reasons", "accused_unit?", "priority",
    "files?",
)  # fmt: skip
OPINION = (
    "document_number", "opinion", "opinion_facts", "opinion_reasons", "opinion_basis",
    "opinion_text", "files?",
)  # fmt: skip
SECOND_OPINION = (
    "document_number", "review_result", "review_opinion", "opinion_basis", "opinion_delivered_on",
    "opinion_delivery", "files?",
)  # fmt: skip

ACTIONS = (
    Action(
        "register", "信访登记", when=(NEW,), to="registered", by=OFFICE, needs=REGISTER,
        check=registered_in_full, does=("past_days", "describe", "detail", "protect"),
        reads=("earlier_petition",), derives=state_of_earlier,
        tie=Tie(FOLLOWS, names="earlier_petition"),
        tone="primary",
    ),
    Action(
        "forward", "转送", when=("registered",), to="forwarded", by=OFFICE,
        needs=("lead_unit", "co_units?", "note?"), unless=(may_be_accepted,),
        does=("spare_accused", "step_by_step", "assign"),
        tells=("unit/petition_sent", "co/dispatched", "citizen/petition_sent"),
        papers=("petition_forwarding", "petition_handover"), tone="primary",
    ),
    Action(
        "assign", "交办", when=("registered",), to="forwarded", by=OFFICE,
        needs=("lead_unit", "co_units?", "report_by", "note?"), unless=(may_be_accepted,),
        begins=report_proposed,
        does=("spare_accused", "step_by_step", "coming_days", "detail", "assign"),
        papers=("petition_forwarding", "petition_handover"),
        tells=("unit/petition_sent", "co/dispatched", "citizen/petition_sent"),
    ),
    Action(
        "report_up", "报请决定", when=("registered",), to="reported", by=OFFICE,
        needs=("proposal",), unless=(may_be_accepted,), tells=("leader/petition_reported",),
    ),
    Action(
        "instruct", "批示", when=("registered", "reported"), to="registered",
        by={"registered": OFFICE, "reported": (Role.LEADER, Role.PETITIONS)},
        needs=("petition_instruction", "report_by?"), does=("coming_days", "detail"),
        tells=("petitions/instructed",), tone="primary",
    ),
    Action(
        "inform", "告知", when=("registered",), to="informed", by=OFFICE,
        needs=("competent_body", "told_way", "reason"), does=("detail",),
        tells=("citizen/petition_informed",),
    ),
    Action(
        "refuse", "不再受理", when=("registered",), to="refused", by=OFFICE,
        needs=("petition_refusal", "earlier_petition?", "told_way", "reason"),
        check=refusal_grounded, begins=refusal_proposed, does=("detail",),
        reads=("earlier_petition",), derives=refusal_agrees,
        tells=("citizen/petition_refused",), papers=("petition_refusal",), tone="danger",
    ),
    Action(
        "reassign", "改交其他单位", when=("forwarded",), to="forwarded", by=OFFICE,
        needs=("lead_unit", "co_units?", "reason"),
        does=("spare_accused", "step_by_step", "withdraw", "assign", "returned"),
        tells=("unit/petition_sent", "co/dispatched", "former/withdrawn"),
        papers=("petition_forwarding", "petition_handover"),
    ),
    Action(
        "object", "提出异议", when=("forwarded",), to="objected", by=UNITS, part="lead",
        needs=("objection_ground", "proposed_unit?", "reason"),
        tells=("petitions/objected",),
    ),
    Action(
        "lapse_objection", "逾期未提异议", when=("forwarded",), by=(Role.CLOCK,),
    ),
    Action(
        "approve_return", "同意退回", when=("objected",), to="registered", by=OFFICE,
        needs=("note?",), does=("take_back", "returned"), tells=("former/petition_returned",),
        tone="primary",
    ),
    Action(
        "reject_return", "不同意退回", when=("objected",), to="forwarded", by=OFFICE,
        needs=("reason",), does=("designate",), tells=("unit/petition_kept",), tone="danger",
    ),
    Action(
        "accept", "受理并告知", when=("forwarded",), to="handling", by=UNITS, part="lead",
        needs=("told_way", "note?"), check=somebody_to_tell, does=("sign", "accept"),
        tells=("citizen/petition_accepted",), tone="primary",
    ),
    co_sign(WITH_UNITS),
    co_reply(WITH_UNITS),
    release_co(WITH_UNITS, by=OFFICE),
    *countersigned(
        Action(
            "decide", "出具处理意见书", when=("handling",), to="decided", by=UNITS, part="lead",
            needs=OPINION, only=(only_appeals,), unless=(co_units_done,),
            does=("detail", "reply"), handles=True, papers=("petition_opinion",), tone="primary",
        ),
        Action(
            "answer", "反馈办理情况", when=("handling",), to="settled", by=UNITS, part="lead",
            needs=("findings", "told_way", "files?"), check=somebody_to_tell,
            only=(only_others,), unless=(co_units_done,),
            does=("reply",), handles=True, tells=("citizen/petition_answered", "petitions/result"),
            tone="primary",
        ),
        Action(
            "redirect", "导入法定程序", when=("handling",), to="redirected", by=UNITS, part="lead",
            needs=("legal_route", "told_way", "reason"), only=(only_appeals,),
            does=("detail", "reply"), handles=True,
            tells=("citizen/petition_informed", "petitions/result"),
        ),
    ),
    *inside(handed_in=("handling",), open_in=("handling",)),
    Action(
        "tell_reason", "告知延期理由", when=("handling",), by=UNITS, part="lead",
        needs=("told_way", "note"), only=(reason_untold,), handles=True, tone="primary",
    ),
    Action(
        "report_result", "提交办结报告", when=("handling", "decided", "delivered"), by=UNITS,
        part="lead", needs=("findings", "files?"), handles=True, tells=("petitions/result",),
    ),
    Action(
        "deliver", "送达意见书", when=("decided",), to="delivered", by=UNITS, part="lead",
        needs=("opinion_delivered_on", "opinion_delivery", "files?"), does=("past_days", "detail"),
        derives=body_above, tells=("citizen/petition_decided",), tone="primary",
    ),
    Action(
        "redo", "督促重新办理", when=("decided",), to="handling", by=OFFICE, needs=("reason",),
        does=("new_round", "returned"), recused=True, tells=("unit/redo",), tone="danger",
    ),
    Action(
        "ask_review", "登记复查申请", when=("delivered",), to="reviewing", by=OFFICE,
        needs=("review_received_on", "review_request", "lead_unit"), begins=review_proposed,
        does=("past_days", "detail", "spare_accused", "next_instance", "assign"),
        tells=("unit/petition_review",), tone="primary",
    ),
    *countersigned(Action(
        "answer_review", "出具复查意见", when=("reviewing",), to="reviewed", by=UNITS,
        part="lead", needs=SECOND_OPINION, recused=True, does=("past_days", "detail"),
        derives=body_above, papers=("petition_review_opinion",),
        tells=("citizen/petition_decided",), tone="primary",
    ), back="return_review"),
    Action(
        "ask_rereview", "登记复核申请", when=("reviewed",), to="rereviewing", by=OFFICE,
        needs=("review_received_on", "review_request", "lead_unit"), begins=review_proposed,
        does=("past_days", "detail", "spare_accused", "next_instance", "assign"),
        tells=("unit/petition_review",), tone="primary",
    ),
    *countersigned(Action(
        "answer_rereview", "出具复核意见", when=("rereviewing",), to="concluded", by=UNITS,
        part="lead", needs=SECOND_OPINION, recused=True, does=("past_days", "detail"),
        papers=("petition_review_opinion",),
        tells=("citizen/petition_concluded",), tone="primary",
    ), back="return_rereview"),
    Action(
        "ask_above", "登记向上级机关申请复核", when=("reviewed",), to="above", by=OFFICE,
        needs=("review_received_on", "review_request", "competent_body"),
        does=("past_days", "detail"), only=(reviewed_at_the_top,),
    ),
    Action(
        "record_above", "登记上级机关复核意见", when=("above",), to="concluded", by=OFFICE,
        needs=SECOND_OPINION, does=("past_days", "detail"),
        tells=("citizen/petition_concluded",), tone="primary",
    ),
    Action(
        "settle", "期满未申请，办结", when=("delivered", "reviewed"), to="settled",
        by=(Role.CLOCK,),
    ),
    Action(
        "withdraw", "撤回信访事项", when=("registered", "forwarded", "handling"), to="withdrawn",
        by=OFFICE, needs=("reason",),
    ),
    *ladder(
        reminded_in=OWED_BY_UNITS, reminded_by=OVERSEERS,
        supervised_in=OWED_BY_UNITS, supervised_by=OVERSEERS, paper="petition_supervision",
    ),
    *extensions(
        CLOCKS, asked_in=("handling",), open_in=("handling",), decided_by=(Role.UNIT_HEAD,),
        asks="unit/asked",
    ),
    *stops(
        CLOCKS, asked_in=("rereviewing",), open_in=("rereviewing",), decided_by=OFFICE,
        asks="petitions/asked",
    ),
    archive_where_it_ended(STAGES, by=OFFICE),
    *TIME,
)  # fmt: skip

PETITION = Procedure(
    kind="petition",
    version="2026",
    title="信访事项办理规程",
    stages=STAGES,
    clocks=CLOCKS,
    actions=ACTIONS,
    seen_by=frozenset({Role.PETITIONS, Role.SUPERVISOR, Role.LEADER}),
    matter="信访件",
    retention=kept(30),
    words=WORDS,
    results=RESULTS,
    numbered=True,
    returns=RETURNS,
    ledger=LEDGER,
)
