"""The clocks of petitions (信访工作条例 22-25, 34-36), each with the article that sets it.

日 are calendar days; limits without a figure there are the demonstration city's own and say so.
"""

from hotline.clock_rules import By, ClockRule, Extension, Stoppable
from hotline.clocks import calendar_days, same_day, working_days, working_hours
from hotline.people import Role
from hotline.procedures.extra_time import decision_clocks
from hotline.procedures.inside import INSIDE_CLOCK
from hotline.procedures.ladder import rungs

UNIT = Role.CLERK
RULES = "信访工作条例"
CITY = "云州市信访事项办理规程（演示）"
PRACTICE = "领导批示办理的通行做法"
LADDER = rungs(f"{RULES} 第40条（推诿、敷衍、拖延的及时督办）；具体时长为演示设定")

CLOCKS = (
    ClockRule(
        "route", "转送交办时限", Role.PETITIONS,
        starts=("register",), ends=("forward", "assign", "inform", "refuse"),
        limit=calendar_days(15), since="petition_received_on",
        basis=f"{RULES} 第22条：自收到之日起15日内转送、报送或者交办",
    ),
    ClockRule(
        "urgent", "紧急件交办时限", Role.PETITIONS,
        starts=("register",), ends=("forward", "assign", "inform", "refuse", "report_up"),
        limit=By("priority", {"urgent": same_day(), "extra_urgent": same_day()}),
        basis=f"{RULES} 第25条：重大、紧急的及时报告；{PRACTICE}：紧急或者重要的当日交办",
    ),
    ClockRule(
        "instruct", "批示时限", Role.LEADER,
        starts=("report_up",), ends=("instruct",),
        limit=By("priority", {"extra_urgent": working_hours(2)}, otherwise=working_hours(8)),
        basis=f"{RULES} 第22条：报请本级党委和政府决定；时长为演示设定",
    ),
    ClockRule(
        "hand_over", "信访批示件交办时限", Role.PETITIONS,
        starts=("instruct",), ends=("forward", "assign", "inform", "refuse"),
        limit=By("priority", {"urgent": same_day(), "extra_urgent": same_day()},
                 otherwise=calendar_days(3)),
        basis=f"{PRACTICE}：普通信访批示件3日内交办到位，紧急或者重要的当日交办",
    ),
    ClockRule(
        "route_again", "退回后重新转送时限", Role.PETITIONS,
        starts=("approve_return",), ends=("forward", "assign", "inform", "refuse"),
        limit=calendar_days(3),
        basis=f"{CITY} 第九条（演示设定）",
    ),
    ClockRule(
        "object", "提出异议期限", UNIT,
        starts=("forward", "assign", "reassign"), ends=("object", "accept", "lapse_objection"),
        limit=working_days(5), permits=("object",), window=True,
        breach="lapse_objection",
        basis=f"{RULES} 第23条：不属于本单位职权的，自收到之日起5个工作日内提出异议并说明理由",
    ),
    ClockRule(
        "decide_objection", "异议核实时限", Role.PETITIONS,
        starts=("object",), ends=("approve_return", "reject_return"),
        limit=working_days(3),
        basis=f"{RULES} 第23条：经核实同意方可退还；时长为演示设定",
    ),
    ClockRule(
        "accept", "受理告知时限", UNIT,
        starts=("forward", "assign", "reassign"), ends=("accept", "approve_return"),
        limit=calendar_days(15),
        basis=f"{RULES} 第23条：自收到之日起15日内书面告知接收情况以及处理途径和程序",
        ladder=LADDER,
    ),
    ClockRule(
        "handle", "办结时限", UNIT,
        starts=("accept",), ends=("decide", "answer", "redirect"),
        limit=calendar_days(60),
        basis=f"{RULES} 第34条：申诉求决类自受理之日起60日内办结；其他两类参照，为演示设定",
        ladder=LADDER,
        extendable=Extension(
            calendar_days(30), times=1,
            basis=f"{RULES} 第34条：经本机关负责人批准可以延长，不超过30日，并告知延期理由",
        ),
    ),
    *decision_clocks(
        working_days(2), falls=("decide", "answer", "redirect"), what=("extension",),
        owed_by=Role.UNIT_HEAD, basis=f"{CITY} 第十二条（演示设定）",
    ),
    ClockRule(
        "tell_reason", "告知延期理由时限", UNIT,
        starts=("grant_extension",), ends=("tell_reason", "decide", "answer", "redirect"),
        limit=working_days(3),
        basis=f"{RULES} 第34条：告知信访人延期理由；时长为演示设定",
    ),
    ClockRule(
        "report", "办结报告时限", UNIT,
        starts=("assign",), ends=("report_result", "approve_return"),
        limit=None, until="report_by",
        basis=f"{RULES} 第22条：交办的限期反馈结果、提交办结报告；期限由交办机关指定",
        ladder=LADDER,
    ),
    ClockRule(
        "urge", "每月催办时限", Role.PETITIONS,
        starts=("forward", "assign", "reassign", "remind", "redo"),
        ends=("remind", "decide", "answer", "approve_return"),
        limit=calendar_days(30),
        basis=f"{PRACTICE}：交办后每月催办督办一次，紧急的随时催办",
    ),
    ClockRule(
        "deliver", "意见书送达时限", UNIT,
        starts=("decide",), ends=("deliver", "redo"),
        limit=working_days(5),
        basis=f"{CITY} 第十四条（演示设定）",
        ladder=LADDER,
    ),
    ClockRule(
        "rework", "重新办理时限", UNIT,
        starts=("redo",), ends=("decide",),
        limit=calendar_days(30),
        basis=f"{CITY} 第十五条（演示设定）",
        ladder=LADDER,
    ),
    ClockRule(
        "ask_review", "申请复查期限", Role.PETITIONS,
        starts=("deliver",), ends=("ask_review", "settle"),
        limit=calendar_days(30), since="opinion_delivered_on", permits=("ask_review",),
        window=True, breach="settle",
        basis=f"{RULES} 第35条：自收到书面答复之日起30日内请求复查",
    ),
    ClockRule(
        "review", "复查时限", UNIT,
        starts=("ask_review",), ends=("answer_review",),
        limit=calendar_days(30), since="review_received_on",
        basis=f"{RULES} 第35条：自收到复查请求之日起30日内提出复查意见并书面答复",
        ladder=LADDER,
    ),
    ClockRule(
        "ask_rereview", "申请复核期限", Role.PETITIONS,
        starts=("answer_review",), ends=("ask_rereview", "ask_above", "settle"),
        limit=calendar_days(30), since="opinion_delivered_on",
        permits=("ask_rereview", "ask_above"),
        window=True, breach="settle",
        basis=f"{RULES} 第36条：自收到书面答复之日起30日内请求复核",
    ),
    ClockRule(
        "rereview", "复核时限", UNIT,
        starts=("ask_rereview",), ends=("answer_rereview",),
        limit=calendar_days(30), since="review_received_on",
        basis=f"{RULES} 第36条：自收到复核请求之日起30日内提出复核意见；听证所需时间不计算在内",
        ladder=LADDER,
        stoppable=Stoppable(
            calendar_days(60), f"{RULES} 第36条：举行听证不计算在期限内；累计上限为演示设定"
        ),
    ),
    ClockRule(
        "above", "上级机关复核期限", Role.PETITIONS,
        starts=("ask_above",), ends=("record_above",),
        limit=calendar_days(30), since="review_received_on", window=True, warn=(),
        basis=f"{RULES} 第36条：自收到复核请求之日起30日内提出复核意见，由上级机关掌握",
    ),
    INSIDE_CLOCK,
    *decision_clocks(
        working_days(1), falls=("answer_rereview",), what=("stop",),
        owed_by=Role.PETITIONS, basis=f"{CITY} 第十七条（演示设定）",
    ),
)  # fmt: skip
