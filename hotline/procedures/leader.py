"""领导批示件办理规程: from the register to the look-back.

Read beside 宁波市人民政府办公厅领导批示件办理工作规程 (办件与阅件, 登记编号, 期限, 专报),
办理领导批示件需“五勤” (批示登记簿 and how instructions are passed on) and, for what is secret,
保守国家秘密法. Limits without a figure there are the demonstration city's own and say so.
"""

from dataclasses import replace

from hotline.clock_rules import By, ClockRule, Extension
from hotline.clocks import calendar_days, hours, same_day, working_days, working_hours
from hotline.paper import LedgerColumn
from hotline.people import UNIT_ROLES, Role
from hotline.procedure import NEW, Action, Phase, Procedure, Stage
from hotline.procedures import leader_course
from hotline.procedures.afterwards import archive, kept, look_back, look_back_clock
from hotline.procedures.countersigned import countersigned
from hotline.procedures.extra_time import decision_clocks, extra_time
from hotline.procedures.inside import INSIDE_CLOCK, inside
from hotline.procedures.joint import designation
from hotline.procedures.ladder import LADDER, ladder
from hotline.procedures.leader_course import DISPUTED, RESTARTS
from hotline.procedures.leader_forms import (
    REGISTER,
    RESULTS,
    STUB,
    WORDS,
    about_petition,
    after_proposal,
    after_signature,
    copied_first,
    item_by_its_words,
    limit_anew,
    next_to_sign,
    no_state_secret,
    signature,
    signed_by_one,
    unsigned_again,
)
from hotline.procedures.parts import co_reply, co_sign, co_units_done, release_co
from hotline.procedures.returns import RETURNS
from hotline.procedures.time import TIME

OFFICE = (Role.SECRETARY,)
LEADERS = (Role.SECRETARY, Role.LEADER)
OVERSEERS = (Role.SECRETARY, Role.SUPERVISOR)
UNIT = Role.CLERK
UNITS = tuple(sorted(UNIT_ROLES))
WITH_UNITS = ("assigned", "working")
AT_UNITS = (*WITH_UNITS, DISPUTED.name)
BEFORE_REPORT = ("received", "drafted", *AT_UNITS, "fed_back", "reporting")
RULES = "宁波市人民政府办公厅领导批示件办理工作规程"
CITY = "云州市领导批示件办理规程（演示）"


STAGES = (
    Stage("received", "待拟办", Phase.INTAKE, "已登记"),
    Stage("drafted", "待交办", Phase.ASSIGNMENT, "办理中"),
    Stage("circulating", "阅件传阅", Phase.HANDLING, "办理中"),
    Stage("offline", "线下办理", Phase.HANDLING, "办理中"),
    Stage("assigned", "交办待签收", Phase.ASSIGNMENT, "办理中"),
    DISPUTED,
    Stage("working", "承办中", Phase.HANDLING, "办理中"),
    Stage("fed_back", "反馈待审核", Phase.REVIEW, "办理中"),
    Stage("reporting", "待报专报", Phase.REVIEW, "办理中"),
    Stage("reported", "领导审签中", Phase.REVIEW, "办理中"),
    Stage("approved", "待销号", Phase.REVIEW, "办理中"),
    Stage("signed_off", "已销号待归档", Phase.VERDICT, "已办结"),
    Stage("archived", "已归档", Phase.CLOSED, "已办结"),
    Stage("voided", "登记撤销", Phase.CLOSED, "已撤销"),
)

TO_UNITS = ("instruction_sheet", "instruction_copy", "supervision_order")
CLOCKS = (
    *leader_course.CLOCKS,
    ClockRule(
        "upward", "向上级反馈时限", Role.SECRETARY,
        starts=("register", "register_stub"), ends=("approve_report", "void"),
        limit=By("petition_matter", {True: None}, otherwise=By(
            "leader_grade", {"province": calendar_days(15)},
        )),
        until="report_by",
        basis=f"{RULES} 一（七）：省部级以上领导批示件自收件之日起15天内办结并向上级反馈，"
        "交办单位另有期限的按其期限",
    ),
    ClockRule(
        "propose", "登记拟办时限", Role.SECRETARY,
        starts=("register",), ends=("propose", "void"),
        limit=By("priority", {"extra_urgent": hours(1), "urgent": hours(4)},
                 otherwise=working_hours(4)),
        basis=f"{RULES} 二（一）：即时交办、及时登记编号并拟定办理方案；具体时长为演示设定",
    ),
    ClockRule(
        "assign", "交办时限", Role.SECRETARY,
        starts=("propose",), ends=("assign", "void"),
        limit=By("item_kind", {"action": By("handling_grade", {"same_day": same_day()}, By(
            "priority", {"extra_urgent": same_day(), "urgent": same_day()},
            otherwise=calendar_days(3),
        ))}),
        basis="领导批示办理的通行做法：普通件3日内交办到位，紧急或者重要的当日交办",
    ),
    ClockRule(
        "circulate", "传阅归档时限", Role.SECRETARY,
        starts=("propose",), ends=("archive",),
        limit=By("item_kind", {"read": working_days(5)}),
        basis=f"{RULES} 五（二）：不得影响文件正常流转；具体时长为演示设定",
    ),
    ClockRule(
        "offline", "线下办结登记时限", Role.SECRETARY,
        starts=("register_stub",), ends=("finish_offline",),
        limit=calendar_days(15),
        basis=f"{RULES} 五（六）：涉密件按规定渠道办理；登记时长为演示设定",
    ),
    ClockRule(
        "feedback", "向领导反馈时限", Role.SECRETARY,
        starts=("assign",), ends=("interim_report", "submit_report"),
        limit=By("handling_grade", {"same_day": same_day()}, By(
            "petition_matter", {True: calendar_days(60)}, otherwise=By(
                "leader_grade",
                {"mayor": working_days(10), "vice_mayor": working_days(10),
                 "assistant": working_days(10)},
            ),
        )),
        basis=f"{RULES} 二（四）、三（三）：交办后10个工作日内反馈；四（四）：信访批示件按信访规定",
    ),
    ClockRule(
        "sign_in", "签收时限", UNIT,
        starts=("assign", "reassign", "designate", "reject_dispute", *RESTARTS),
        ends=("sign", "deem_signed", "dispute"),
        limit=By("handling_grade", {"same_day": hours(1)}, By(
            "priority", {"extra_urgent": hours(1), "urgent": hours(4)},
            otherwise=working_days(1),
        )),
        basis=f"{CITY} 第八条：1个工作日内签收，逾期视为签收",
        breach="deem_signed",
    ),
    ClockRule(
        "handle", "承办时限", UNIT,
        starts=("assign", "reassign", "designate", "redo", "order_further", "reopen", *RESTARTS),
        ends=("feed_back",),
        limit=By("handling_grade", {"same_day": same_day(), "long_run": calendar_days(180)}, By(
            "petition_matter", {True: calendar_days(50)}, otherwise=By(
                "priority", {"extra_urgent": working_days(1), "urgent": working_days(3)},
                otherwise=working_days(8),
            ),
        )),
        until="agreed_by",
        basis=f"{RULES} 五（四）：在规定期限内反馈；急事当日办结；为审核和专报留出时间，"
        "具体时长为演示设定；异议后商定期限的按商定的期限",
        ladder=LADDER,
        extendable=Extension(
            # What was agreed after a dispute, and what ends today, is not extended.
            By("agreed_by", {None: By(
                "handling_grade", {"same_day": None, "long_run": calendar_days(30)},
                By("petition_matter", {True: calendar_days(30)}, otherwise=working_days(5)),
            )}), times=1,
            basis="平政办〔2017〕18号：期限内书面申请延期；信访工作条例 第34条：延长不超过30日",
        ),
    ),
    INSIDE_CLOCK,
    *decision_clocks(
        working_hours(8), falls=("feed_back", "reassign", "designate", *RESTARTS),
        what=("extension",), owed_by=Role.SECRETARY, basis=f"{CITY} 第十条（演示设定）",
    ),
    ClockRule(
        "urge", "每月催办时限", Role.SECRETARY,
        starts=(
            "assign", "reassign", "designate", "remind", "redo", "order_further", "reopen",
            *RESTARTS,
        ),
        ends=("remind", "feed_back"),
        limit=calendar_days(30),
        basis="领导批示办理的通行做法：交办后每月催办督办一次，紧急的随时催办",
    ),
    ClockRule(
        "review", "审核时限", Role.SECRETARY,
        starts=("feed_back",), ends=("approve_feedback", "redo"),
        limit=By("handling_grade", {"same_day": same_day()}, By(
            "priority", {"extra_urgent": hours(2), "urgent": working_hours(4)},
            otherwise=working_days(1),
        )),
        basis=f"{CITY} 第十一条（演示设定）",
    ),
    ClockRule(
        "report", "专报时限", Role.SECRETARY,
        starts=("approve_feedback", "return_report"), ends=("submit_report",),
        limit=By("handling_grade", {"same_day": same_day()}, By(
            "priority", {"extra_urgent": hours(4)}, otherwise=working_days(1),
        )),
        basis=f"{RULES} 二（三）：及时专报；具体时长为演示设定",
    ),
    ClockRule(
        "countersign", "送签跟踪时限", Role.SECRETARY,
        starts=("submit_report",), ends=("approve_report", "return_report", "order_further"),
        limit=working_days(3),
        basis=f"{RULES} 一（三）、（四）：送原批办领导审定；跟踪时长为演示设定",
    ),
    ClockRule(
        "sign_off", "销号时限", Role.SECRETARY,
        starts=("approve_report",), ends=("sign_off",),
        limit=working_days(2),
        basis=f"{CITY} 第十三条：台账挂号督办、销号落实（演示设定）",
    ),
    look_back_clock(
        starts=("sign_off",), owed_by=Role.SECRETARY,
        basis="领导批示办理的通行做法：已办结但易反复的事项及时“回头看”；时长由销号时选定",
    ),
    ClockRule(
        "archive", "归档时限", Role.SECRETARY,
        starts=("sign_off",), ends=("archive", "reopen"),
        limit=calendar_days(365),
        basis="办理领导批示件需“五勤” 手勤：及时归档备查；年终整理归档",
    ),
)  # fmt: skip

ACTIONS = (
    Action(
        "register", "登记批示件", when=(NEW,), to="received", by=OFFICE, needs=REGISTER,
        check=no_state_secret, does=("describe", "detail", "quote", "restrict"), tone="primary",
    ),
    Action(
        "register_stub", "登记涉密件存根", when=(NEW,), to="offline", by=OFFICE, needs=STUB,
        does=("describe", "detail", "seal"), papers=("secret_stub",),
    ),
    Action(
        "propose", "拟办", when=("received",), to=after_proposal, by=OFFICE,
        needs=("item_kind", "handling_grade?", "dispatch_mode", "proposal?"),
        unless=(copied_first,), begins=item_by_its_words,
        does=("detail",), papers=("forwarding_notice",), tone="primary",
    ),
    Action(
        "assign", "交办", when=("drafted",), to="assigned", by=OFFICE,
        needs=("lead_unit", "co_units?", "special_case?", "note?"),
        does=("by_petitions_office", "assign"),
        tells=("unit/dispatched", "co/dispatched"), papers=TO_UNITS, tone="primary",
    ),
    Action(
        "reassign", "改交其他单位", when=WITH_UNITS, to="assigned", by=OFFICE,
        needs=("lead_unit", "co_units?", "special_case?", "reason"),
        does=("by_petitions_office", "withdraw", "assign", "returned"),
        derives=limit_anew, papers=TO_UNITS,
        tells=("unit/dispatched", "co/dispatched", "former/withdrawn"),
    ),
    Action(
        "sign", "签收", when=("assigned",), to="working", by=UNITS, part="lead",
        does=("sign",), tone="primary",
    ),
    Action(
        "deem_signed", "视为签收", when=("assigned",), to="working", by=(Role.CLOCK,),
        does=("deem",), tells=("unit/deemed",),
    ),
    co_sign(WITH_UNITS),
    co_reply(WITH_UNITS),
    release_co(WITH_UNITS, by=OFFICE),
    # 规程 四（一）: 信访局 gives it to the responsible units and presses them.
    Action(
        "hand_on", "交办责任单位", when=("working",), by=UNITS, part="lead",
        needs=("co_units", "note?"), only=(about_petition,), does=("hand_on",),
        tells=("co/dispatched",), papers=("instruction_sheet",),
    ),
    *countersigned(Action(
        "feed_back", "反馈办理结果", when=("working",), to="fed_back", by=UNITS, part="lead",
        needs=("findings", "files?"), does=("reply",), unless=(co_units_done,), handles=True,
        tells=("secretary/fed_back",), tone="primary",
    )),
    *inside(handed_in=("working",), open_in=AT_UNITS),
    Action(
        "progress", "报告进展", when=("working",), by=UNITS, part="lead",
        needs=("progress", "files?"), handles=True, tells=("secretary/progress",),
    ),
    Action(
        "approve_feedback", "审核通过", when=("fed_back",), to="reporting", by=OFFICE,
        needs=("note?",), recused=True, tone="primary",
    ),
    Action(
        "redo", "退回重办", when=("fed_back",), to="working", by=OFFICE, needs=("reason",),
        does=("new_round", "returned"), derives=limit_anew, recused=True,
        tells=("unit/redo",), tone="danger",
    ),
    Action(
        "interim_report", "报送进展专报", when=WITH_UNITS, by=OFFICE,
        needs=("special_report", "files?"),
        tells=("leader/reported",), papers=("special_report",),
    ),
    Action(
        "submit_report", "报送专报", when=("reporting",), to="reported", by=OFFICE,
        needs=("special_report", "files?"), derives=unsigned_again, tells=("leader/reported",),
        papers=("special_report",), tone="primary",
    ),
    Action(
        "approve_report", "审签同意", when=("reported",), to=after_signature, by=LEADERS,
        needs=("approving_leader?", "note?"), begins=next_to_sign, check=signed_by_one,
        derives=signature, tells=("secretary/decided",), papers=("upward_report",),
        tone="primary",
    ),
    Action(
        "return_report", "审签退回修改", when=("reported",), to="reporting", by=LEADERS,
        needs=("reason",), tells=("secretary/decided",), tone="danger",
    ),
    Action(
        "order_further", "批示继续办理", when=("reported",), to="working", by=LEADERS,
        needs=("reason",), does=("new_round", "returned"), derives=limit_anew, recused=True,
        tells=("unit/redo", "secretary/decided"), tone="danger",
    ),
    Action(
        "sign_off", "销号", when=("approved",), to="signed_off", by=OFFICE,
        needs=("look_back", "note?"), does=("detail",), tone="primary",
    ),
    look_back(when="signed_off", by=OFFICE),
    Action(
        "reopen", "回头看：重新办理", when=("signed_off",), to="working", by=OFFICE,
        needs=("reason",), does=("new_round",), derives=limit_anew, recused=True,
        tells=("unit/redo",), tone="danger",
    ),
    archive(when=("circulating", "signed_off"), by=OFFICE),
    Action(
        "finish_offline", "线下办结", when=("offline",), to="archived", by=OFFICE,
        needs=("finished_on",), does=("detail", "file_away"), papers=("secret_stub",),
        tone="primary",
    ),
    Action(
        "void", "撤销登记", when=("received", "drafted"), to="voided", by=OFFICE,
        needs=("reason",), tone="danger",
    ),
    *leader_course.actions(
        with_units=WITH_UNITS, before_report=BEFORE_REPORT, papers=TO_UNITS,
    ),
    *ladder(
        reminded_in=AT_UNITS, reminded_by=OVERSEERS,
        supervised_in=AT_UNITS, supervised_by=OVERSEERS, paper="supervision_order",
    ),
    *(
        replace(action, derives=limit_anew)
        for action in designation(
            when=WITH_UNITS, to="assigned", by=OFFICE, papers=TO_UNITS
        )
    ),
    *extra_time(
        CLOCKS, asked_in=("working",), open_in=AT_UNITS, decided_by=OFFICE,
        asks="secretary/asked",
    ),
    *TIME,
)  # fmt: skip

# 领导批示登记簿 (办理领导批示件需“五勤” 手勤), in the order of the book.
LEDGER = (
    LedgerColumn("顺序号", "serial", 26),
    LedgerColumn("批示时间", "instructed_on"),
    LedgerColumn("内容", "content", 40),
    LedgerColumn("来文单位", "sender", 22),
    LedgerColumn("标题", "title", 36),
    LedgerColumn("文号", "document_number", 20),
    LedgerColumn("转何单位办理", "units", 30),
    LedgerColumn("转办日期", "on:assign,reassign"),
    LedgerColumn("报告结果日期", "on:submit_report"),
    LedgerColumn("批示领导", "leader"),
    LedgerColumn("口头批示", "oral", 9),
    LedgerColumn("件别", "item_kind", 9),
    LedgerColumn("办理环节", "stage"),
    LedgerColumn("销号日期", "on:sign_off"),
    LedgerColumn("归档日期", "on:archive,finish_offline"),
    LedgerColumn("档案保存至", "keep_until"),
)

LEADER = Procedure(
    kind="leader",
    version="2026",
    title="领导批示件办理规程",
    stages=STAGES,
    clocks=CLOCKS,
    actions=ACTIONS,
    seen_by=frozenset({Role.SECRETARY, Role.SUPERVISOR, Role.LEADER}),
    matter="批示件",
    retention=kept(30),
    words=WORDS,
    results=RESULTS,
    numbered=True,
    shows_earlier=True,
    returns=RETURNS,
    ledger=LEDGER,
)
