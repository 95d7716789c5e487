"""The clocks of a complaint (投诉): 5, 8 and 30 working days from receipt, stops and suspension."""

from hotline.clock_rules import By, ClockRule, Stoppable
from hotline.clocks import working_days
from hotline.people import Role
from hotline.procedures.extra_time import decision_clocks
from hotline.procedures.inside import INSIDE_CLOCK
from hotline.procurement import SUSPENSION

UNIT = Role.CLERK
LAW = "政府采购法"
RULES = "政府采购法实施条例"
ORDER = "政府采购质疑和投诉办法（财政部令第94号）"
NOT_COUNTED = Stoppable(
    working_days(60),
    basis=f"{RULES} 第58条、{ORDER} 第27条：检验、检测、鉴定、专家评审、投诉人补正所需时间不计入；"
    "累计上限为演示设定",
)
REVIEWED = ("ask_correction", "accept", "decide_refusal", "withdraw", "void")
OVER = ("send_refusal", "withdraw", "void")

CLOCKS = (
    ClockRule(
        "whole", "投诉处理期限", Role.FINANCE,
        starts=("register",), ends=("issue", *OVER),
        limit=working_days(30), since="received_on", stoppable=NOT_COUNTED,
        basis=f"{LAW} 第56条、{ORDER} 第26条：收到投诉之日起30个工作日内作出处理决定",
    ),
    ClockRule(
        "review", "投诉审查时限", Role.FINANCE,
        starts=("register",), ends=REVIEWED,
        limit=working_days(5), since="received_on",
        basis=f"{ORDER} 第21条：收到投诉书后5个工作日内审查",
    ),
    ClockRule(
        "review_again", "补正后审查时限", Role.FINANCE,
        starts=("resubmit", "lapse_correction"), ends=REVIEWED,
        limit=working_days(5),
        basis=f"{ORDER} 第21条：审查5个工作日；补正后的审查时长为演示设定",
    ),
    ClockRule(
        "correction", "投诉人补正期限", Role.FINANCE,
        starts=("ask_correction",), ends=("resubmit", "lapse_correction", "withdraw"),
        limit=working_days(5), until="correct_by", window=True, warn=(), breach="lapse_correction",
        basis=f"{ORDER} 第21条（一）：一次性书面通知补正事项和合理的补正期限，未补正的不予受理",
    ),
    ClockRule(
        "refusal_notice", "不予受理告知时限", Role.FINANCE,
        starts=("decide_refusal",), ends=OVER,
        limit=working_days(3),
        basis=f"{ORDER} 第21条（二）、（三）：3个工作日内书面告知理由或者有管辖权的部门",
    ),
    ClockRule(
        "notice", "答复通知时限", Role.FINANCE,
        starts=("register",), ends=("send_notices", *OVER),
        limit=working_days(8), since="received_on", stoppable=NOT_COUNTED,
        basis=f"{ORDER} 第21条（四）：收到投诉后8个工作日内发出投诉答复通知书和投诉书副本",
    ),
    ClockRule(
        "sign_in", "通知签收时限", UNIT,
        starts=("send_notices",), ends=("sign", "deem_signed", "withdraw"),
        limit=working_days(1), breach="deem_signed",
        basis="云州市政府采购投诉处理规程（演示）第六条：1个工作日内签收，逾期视为收到",
    ),
    ClockRule(
        "handle", "被投诉人说明时限", UNIT,
        starts=("sign", "deem_signed", "request_more"),
        ends=("state", "state_paper", "waive_statement", "withdraw"),
        limit=working_days(5), breach="waive_statement",
        basis=f"{ORDER} 第22条：收到通知之日起5个工作日内书面说明并提交证据；"
        "逾期不再等候为演示设定",
    ),
    INSIDE_CLOCK,
    ClockRule(
        "suspension", "暂停采购活动期限", Role.FINANCE,
        starts=("suspend",), ends=("resume_procurement", "end_suspension", "withdraw"),
        limit=SUSPENSION, since="suspended_on", window=True, breach="end_suspension",
        basis=f"{LAW} 第57条、{ORDER} 第28条：书面通知暂停采购活动，最长不得超过30日",
    ),
    ClockRule(
        "sign_decision", "决定签发时限", Role.FINANCE,
        starts=("submit_decision",), ends=("issue", "return_decision", "withdraw"),
        limit=working_days(2),
        basis="云州市政府采购投诉处理规程（演示）第九条：另一名负责人审核签发",
    ),
    ClockRule(
        "publish", "送达公告时限", Role.FINANCE,
        starts=("issue",), ends=("publish",),
        limit=working_days(5),
        basis=f"{RULES} 第58条、{ORDER} 第34条：处理决定在指定媒体上公告；时长为演示设定",
    ),
    ClockRule(
        "consequence", "处理结果落实时限", Role.FINANCE,
        starts=("publish",), ends=("record_consequence",),
        limit=By("complaint_result", {"effect": working_days(10)}),
        basis=f"{ORDER} 第31条、第32条：按采购所处阶段处理；时长为演示设定",
    ),
    *decision_clocks(
        working_days(1), falls=("issue", "withdraw"), what=("stop",), owed_by=Role.FINANCE,
        basis="云州市政府采购投诉处理规程（演示）第八条：停止计时由另一名负责人批准",
    ),
)  # fmt: skip
