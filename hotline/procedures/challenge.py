"""政府采购质疑: a supplier's challenge, from the letter to the end of the time for a complaint.

Read beside 政府采购法 51-55, 政府采购质疑和投诉办法 (财政部令第94号) 10-17 and
成都市政府采购服务中心质疑处理工作程序 (同日转交, 调查3日, 答复2日, 三级审核). Nothing stops or
extends the seven working days of the answer: the law knows a stop for complaints only. While a
complaint is dealt with the challenge waits for it; what the decision orders is carried out here.
"""

from hotline.papers.challenge import LEDGER
from hotline.people import Role
from hotline.procedure import NEW, Action, Phase, Procedure, Stage
from hotline.procedures.afterwards import archive_where_it_ended, procurement_file
from hotline.procedures.challenge_clocks import CLOCKS
from hotline.procedures.challenge_rules import (
    after_carrying_out,
    after_complaint,
    after_consequence,
    after_decision,
    after_ended_complaint,
    after_sending,
    as_decided,
    as_ended,
    carried_out_first,
    consequence_fits,
    experts_asked,
    ground_by_the_register,
    ground_holds,
    hinted,
    is_admissible,
    is_complete,
    is_timely,
    judged,
    kept,
    kept_with_complaint,
    marked,
    no_experts_asked,
    not_major_yet,
    one_purchaser,
    reported_first,
    something_amended,
    timely_by_the_dates,
    to_be_carried_out,
    to_be_reported,
    what_is_missing,
)
from hotline.procedures.countersigned import countersigned
from hotline.procedures.inside import inside
from hotline.procedures.ladder import ladder
from hotline.procedures.parts import UNITS, co_open, co_sign
from hotline.procedures.returns import RETURNS
from hotline.procedures.time import TIME
from hotline.procurement import (
    ADDRESSEES,
    CHALLENGE_CONSEQUENCES,
    CHALLENGE_REFUSALS,
    CHALLENGE_RESULTS,
    FOUND_WORDS,
    LETTER_ITEMS,
    PARTICIPANTS,
    RECEIVED_WORDS,
    STARTS,
)
from hotline.vocabulary import Input

SECTION = (Role.PROCUREMENT,)
PANEL = (Role.PROCUREMENT, Role.LEADER)
OVERSEERS = (Role.PROCUREMENT, Role.SUPERVISOR)
WITH_UNITS = ("transferred", "investigating", "drafting")
IN_REVIEW = ("section_review", "purchaser_review", "panel_review", "to_send")
BEFORE_ANSWER = ("received", "correcting", "accepted", *WITH_UNITS, *IN_REVIEW)


STAGES = (
    Stage("received", "待受理审查", Phase.INTAKE, "已登记"),
    Stage("correcting", "待供应商补正", Phase.INTAKE, "待补正"),
    Stage("accepted", "待转交", Phase.ASSIGNMENT, "已受理"),
    Stage("transferred", "待交接签收", Phase.ASSIGNMENT, "已受理"),
    Stage("investigating", "调查取证", Phase.HANDLING, "办理中"),
    Stage("drafting", "起草答复", Phase.HANDLING, "办理中"),
    Stage("section_review", "采购部审核", Phase.REVIEW, "办理中"),
    Stage("purchaser_review", "采购人审核", Phase.REVIEW, "办理中"),
    Stage("panel_review", "质疑处理小组审核", Phase.REVIEW, "办理中"),
    Stage("to_send", "待送达答复", Phase.REVIEW, "办理中"),
    Stage("following", "待处理质疑结果", Phase.VERDICT, "已答复"),
    Stage("answered", "已答复，投诉期限内", Phase.VERDICT, "已答复"),
    Stage("complained", "投诉处理中", Phase.VERDICT, "已答复"),
    Stage("carrying_out", "待落实处理决定", Phase.VERDICT, "已答复"),
    Stage("closed", "已办结", Phase.CLOSED, "已办结"),
    Stage("refused", "不予受理", Phase.CLOSED, "已告知不予受理"),
    Stage("withdrawn", "供应商撤回", Phase.CLOSED, "已撤回"),
    Stage("voided", "登记撤销", Phase.CLOSED, "已撤销"),
)

# Whether a challenge was answered, refused or taken back: what becomes of a complaint is noted.
ALL = tuple(stage.name for stage in STAGES)
COMPLAINABLE = (*IN_REVIEW, *WITH_UNITS, "following", "answered")

WORDS = (
    *RECEIVED_WORDS,
    Input("challenge_start", "质疑起算情形", "choice", STARTS),
    Input("known_on", "知道或者应当知道之日", "day"),
    Input("participant", "质疑人身份", "choice", PARTICIPANTS),
    Input("addressee", "质疑对象", "choice", ADDRESSEES),
    Input("letter_items", "质疑函具备的内容", "choices", LETTER_ITEMS),
    Input("missing_items", "需要补正的内容", "choices", LETTER_ITEMS),
    Input("resubmitted_on", "补正材料收到日期", "day"),
    Input("challenge_refusal", "质疑不予受理理由", "choice", CHALLENGE_REFUSALS),
    Input("receipt_number", "回执编号", "line", max_length=60),
    Input("handed_over", "交接材料", "text", max_length=2000),
    Input("experts", "评审专家", "line", max_length=200),
    Input("expert_question", "请专家协助的事项", "text", max_length=2000),
    Input("expert_opinion", "专家意见", "text", max_length=4000),
    Input("panel_opinion", "会商意见", "text", max_length=4000),
    Input("challenge_result", "质疑结论", "choice", CHALLENGE_RESULTS),
    Input("no_secrets", "已核对：答复不涉及商业秘密", "flag"),
    Input("also_told", "一并送达的有关供应商", "line", max_length=200),
    Input("talked_on", "沟通日期", "day"),
    Input("talked_with", "沟通对象", "line", max_length=100),
    Input("talk", "沟通情况", "text", max_length=4000),
    Input("challenge_consequence", "质疑结果处理", "choice", CHALLENGE_CONSEQUENCES),
    Input("complaint", "投诉件编号", "case", of="complaint"),
    Input("carried_out", "处理决定落实情况", "text", max_length=4000),
)

RESULTS = (
    *FOUND_WORDS,
    Input("complain_from", "答复期满之日", "day"),
    Input("complain_until", "投诉期限届满之日", "day"),
    Input("secret_hint", "商业秘密提示", "line", max_length=300),
    Input("major", "重大、复杂质疑", "flag"),
    Input("complaint_stands", "投诉正在处理", "flag"),
)

REGISTER = (
    "title", "supplier", "credit_code?", "requester_name", "requester_phone", "address",
    "postcode?", "project_name", "project_number", "challenge_start", "known_on", "received_on",
    "posted_on?", "participant", "addressee", "letter_items", "content", "files?",
)  # fmt: skip
AMENDED = (
    "challenge_start?", "known_on?", "posted_on?", "participant?", "addressee?", "letter_items?",
)  # fmt: skip

ACTIONS = (
    Action(
        "register", "登记质疑函", when=(NEW,), to="received", by=SECTION, needs=REGISTER,
        does=("past_days", "describe", "detail"), derives=judged, papers=("challenge_register",),
        tone="primary",
    ),
    Action(
        "amend", "更正登记", when=("received",), by=SECTION, needs=AMENDED,
        check=something_amended, does=("past_days", "detail"), derives=judged,
        papers=("challenge_register",),
    ),
    Action(
        "accept", "受理并出具回执", when=("received",), to="accepted", by=SECTION,
        needs=("in_time", "receipt_number"), check=is_timely, begins=timely_by_the_dates,
        does=("accept", "detail"), unless=(is_complete, is_admissible),
        tells=("citizen/letter_accepted",), papers=("challenge_receipt", "challenge_register"),
        tone="primary",
    ),
    Action(
        "ask_correction", "通知修改补正", when=("received",), to="correcting", by=SECTION,
        needs=("missing_items", "correct_by"), begins=what_is_missing,
        does=("coming_days", "detail"), tells=("citizen/letter_incomplete",),
        papers=("challenge_correction",),
    ),
    Action(
        "resubmit", "登记补正材料", when=("correcting",), to="received", by=SECTION,
        needs=("letter_items", "resubmitted_on", "files?"),
        does=("past_days", "detail"), derives=judged,
        tone="primary",
    ),
    Action(
        "lapse_correction", "补正期满", when=("correcting",), to="received", by=(Role.CLOCK,),
        tells=("procurement/lapsed",),
    ),
    Action(
        "refuse", "不予受理并告知", when=("received",), to="refused", by=SECTION,
        needs=("challenge_refusal", "in_time", "reason"), check=ground_holds,
        begins=ground_by_the_register, does=("detail",), tells=("citizen/letter_refused",),
        papers=("challenge_refusal",),
        tone="danger",
    ),
    Action(
        "transfer", "转交招标部和采购人", when=("accepted",), to="transferred", by=SECTION,
        needs=("lead_unit", "co_units", "handed_over", "files?"),
        check=one_purchaser, does=("assign",),
        tells=("unit/dispatched", "co/dispatched"), papers=("challenge_handover",), tone="primary",
    ),
    Action(
        "reassign", "改交", when=WITH_UNITS, to="transferred", by=SECTION,
        needs=("lead_unit", "co_units", "handed_over", "reason"), check=one_purchaser,
        does=("withdraw", "assign", "returned"), papers=("challenge_handover",),
        tells=("unit/dispatched", "co/dispatched", "former/withdrawn"),
    ),
    Action(
        "sign", "交接签收", when=("transferred",), to="investigating", by=UNITS, part="lead",
        does=("sign",), tone="primary",
    ),
    Action(
        "deem_signed", "视为签收", when=("transferred",), to="investigating", by=(Role.CLOCK,),
        does=("deem",), tells=("unit/deemed",),
    ),
    co_sign(WITH_UNITS, label="采购人交接签收"),
    Action(
        "co_reply", "采购人说明情况", when=WITH_UNITS, by=UNITS, part="co",
        needs=("progress", "files?"), does=("co_reply",), unless=(co_open,),
        tells=("unit/co_replied",),
    ),
    Action(
        "finish_investigation", "报告调查情况", when=("investigating",), to="drafting", by=UNITS,
        part="lead", needs=("findings", "files?"), handles=True, tone="primary",
    ),
    *inside(
        handed_in=("investigating", "drafting"), open_in=("investigating", "drafting"),
    ),
    Action(
        "ask_experts", "请评审专家协助", when=("investigating", "drafting"),
        by=(*UNITS, Role.PROCUREMENT), part="lead", needs=("experts", "expert_question"),
        unless=(no_experts_asked,),
    ),
    Action(
        "note_experts", "登记专家意见", when=("investigating", "drafting", "section_review"),
        by=(*UNITS, Role.PROCUREMENT), part="lead", needs=("expert_opinion", "files?"),
        only=(experts_asked,),
    ),
    Action(
        "mark_major", "列为重大、复杂质疑", when=(*WITH_UNITS, "section_review"), by=SECTION,
        needs=("reason",), only=(not_major_yet,), derives=marked,
    ),
    Action(
        "report_finance", "会商并书面报告财政局", when=(*WITH_UNITS, *IN_REVIEW), by=SECTION,
        needs=("panel_opinion", "document_number", "files?"), only=(to_be_reported,),
        tells=("finance/reported",), papers=("challenge_report",),
    ),
    *countersigned(
        Action(
            "submit_draft", "提交答复稿", when=("drafting",), to="section_review", by=UNITS,
            part="lead", needs=("challenge_result", "reply", "files?"), does=("hand_in",),
            handles=True, derives=hinted, tells=("procurement/drafted",),
            papers=("challenge_draft",), tone="primary",
        ),
        back="return_to_drafter",
    ),
    Action(
        "section_sign", "采购部审签", when=("section_review",), to="purchaser_review", by=SECTION,
        needs=("note?",), handles=True, tells=("co/to_sign",), tone="primary",
    ),
    Action(
        "purchaser_sign", "采购人审签", when=("purchaser_review",), to="panel_review", by=UNITS,
        part="co", needs=("note?",), tells=("procurement/signed",), tone="primary",
    ),
    Action(
        "purchaser_paper", "登记采购人书面审签", when=("purchaser_review",), to="panel_review",
        by=SECTION, needs=("document_number", "note?", "files?"),
    ),
    Action(
        "purchaser_return", "采购人退回修改", when=("purchaser_review",), to="drafting", by=UNITS,
        part="co", needs=("reason",), does=("round_together", "returned"), recused=True,
        tells=("unit/redo",), tone="danger",
    ),
    Action(
        "panel_sign", "质疑处理小组审签", when=("panel_review",), to="to_send", by=PANEL,
        needs=("note?",), unless=(reported_first,), recused=True, tells=("procurement/signed",),
        tone="primary",
    ),
    Action(
        "return_draft", "退回重新起草", when=("section_review", "panel_review"), to="drafting",
        by=PANEL, needs=("reason",), does=("round_together", "returned"), recused=True,
        tells=("unit/redo",), tone="danger",
    ),
    Action(
        "send_answer", "送达质疑答复", when=("to_send",), to=after_sending, by=SECTION,
        needs=(
            "document_number", "no_secrets", "delivery", "delivered_on", "also_told?", "files?",
        ),
        does=("past_days", "detail", "answered"), derives=kept,
        tells=("citizen/letter_answered",), papers=("challenge_answer",), tone="primary",
    ),
    Action(
        "talk", "登记沟通情况", when=(*WITH_UNITS, *IN_REVIEW, "following", "answered"),
        by=SECTION, needs=("talked_on", "talked_with", "talk", "files?"), does=("past_days",),
        tells=("leader/talked",),
    ),
    Action(
        "record_consequence", "登记结果处理", when=("following",), to=after_consequence,
        by=SECTION, needs=("challenge_consequence", "document_number", "files?"),
        check=consequence_fits,
        does=("detail",), derives=kept, tells=("finance/reported",), tone="primary",
    ),
    Action(
        "note_complaint", "登记已提起投诉", when=COMPLAINABLE, to=after_complaint,
        by=(Role.FINANCE, Role.PROCUREMENT), needs=("complaint",), reads=("complaint",),
        derives=kept_with_complaint, tells=("procurement/complained",),
    ),
    Action(
        "complained", "投诉已受理", when=ALL, to=after_complaint, by=(Role.CLOCK,),
        needs=("other_case",), does=("live_again",), derives=kept_with_complaint,
        tells=("procurement/complained",),
    ),
    Action(
        "complaint_decided", "投诉已作出处理决定", when=ALL, to=after_decision, by=(Role.CLOCK,),
        needs=("other_case", "complaint_result", "procurement_stage"), derives=as_decided,
        tells=("procurement/complaint_over",),
    ),
    Action(
        "carry_out", "登记处理决定落实情况",
        when=(*BEFORE_ANSWER, "following", "carrying_out"), to=after_carrying_out, by=SECTION,
        needs=("carried_out", "document_number"), only=(to_be_carried_out,), does=("detail",),
        derives=kept, tells=("finance/reported",), tone="primary",
    ),
    Action(
        "complaint_ended", "投诉未经决定即告终结", when=ALL, to=after_ended_complaint,
        by=(Role.CLOCK,), needs=("other_case",), derives=as_ended,
        tells=("procurement/complaint_over",),
    ),
    Action(
        "close_window", "投诉期满办结", when=("answered",), to="closed", by=(Role.CLOCK,),
        derives=kept,
    ),
    Action(
        "withdraw", "供应商书面撤回", when=BEFORE_ANSWER, to="withdrawn", by=SECTION,
        needs=("withdrawn_on", "note?", "files?"), does=("past_days", "detail"),
        unless=(carried_out_first,),
    ),
    Action(
        "void", "撤销登记", when=("received",), to="voided", by=SECTION, needs=("reason",),
        tone="danger",
    ),
    *ladder(
        reminded_in=WITH_UNITS, reminded_by=OVERSEERS,
        supervised_in=WITH_UNITS, supervised_by=OVERSEERS, paper="challenge_supervision",
    ),
    archive_where_it_ended(STAGES, by=SECTION),
    *TIME,
)  # fmt: skip

CHALLENGE = Procedure(
    kind="challenge",
    version="2026",
    title="政府采购质疑处理程序",
    stages=STAGES,
    clocks=CLOCKS,
    actions=ACTIONS,
    seen_by=frozenset({Role.PROCUREMENT, Role.FINANCE, Role.SUPERVISOR, Role.LEADER}),
    matter="质疑",
    retention=procurement_file(),
    words=WORDS,
    results=RESULTS,
    numbered=True,
    returns=RETURNS,
    ledger=LEDGER,
)
