"""The clocks of a challenge (质疑): seven working days by law, and the centre's own within them."""

from hotline.clock_rules import By, ClockRule
from hotline.clocks import same_day, working_days, working_hours
from hotline.people import Role
from hotline.procedures.inside import INSIDE_CLOCK
from hotline.procedures.ladder import rungs

UNIT = Role.CLERK
LAW = "政府采购法"
ORDER = "政府采购质疑和投诉办法（财政部令第94号）"
CENTRE = "政府采购服务中心质疑处理工作程序"
LADDER = rungs(f"{CENTRE} 二、三：限时处理和回复，逾期催办督办为演示设定")

CLOCKS = (
    ClockRule(
        "whole", "质疑答复期限", Role.PROCUREMENT,
        starts=("register",), ends=("send_answer", "refuse", "withdraw", "void"),
        limit=working_days(7), since="received_on",
        basis=f"{LAW} 第53条、{ORDER} 第13条：收到后7个工作日内书面答复；补正不改变首次收到日期",
    ),
    ClockRule(
        "window", "投诉期限", Role.PROCUREMENT,
        starts=("register",), ends=("close_window", "refuse", "withdraw", "void"),
        limit=working_days(15), after="whole", window=True, warn=(), breach="close_window",
        basis=f"{LAW} 第55条、{ORDER} 第17条：答复期满后15个工作日内可以投诉",
    ),
    ClockRule(
        "examine", "受理审查时限", Role.PROCUREMENT,
        starts=("register", "resubmit", "lapse_correction"),
        ends=("accept", "ask_correction", "refuse", "withdraw", "void"),
        limit=same_day(),
        basis=f"{CENTRE} 一：当即对质疑内容及相关证明材料进行审查",
    ),
    ClockRule(
        "correction", "供应商补正期限", Role.PROCUREMENT,
        starts=("ask_correction",), ends=("resubmit", "lapse_correction", "withdraw"),
        limit=working_days(2), until="correct_by", window=True, warn=(), breach="lapse_correction",
        basis=f"{CENTRE} 一：告知修改后重新提出；期限由补正通知指定",
    ),
    ClockRule(
        "transfer", "转交时限", Role.PROCUREMENT,
        starts=("accept",), ends=("transfer", "withdraw"),
        limit=same_day(),
        basis=f"{CENTRE} 二1：受理后于当日分别转交招标部和采购人代表",
    ),
    ClockRule(
        "sign_in", "交接签收时限", UNIT,
        starts=("transfer", "reassign"), ends=("sign", "deem_signed"),
        limit=same_day(), breach="deem_signed",
        basis=f"{CENTRE} 二1：于当日办理交接手续",
    ),
    ClockRule(
        "investigate", "调查取证时限", UNIT,
        starts=("transfer", "reassign"), ends=("finish_investigation", "withdraw"),
        limit=working_days(3),
        basis=f"{CENTRE} 二：质疑处理3个工作日内",
        ladder=LADDER,
    ),
    ClockRule(
        "handle", "起草答复时限", UNIT,
        starts=("finish_investigation", "return_draft", "purchaser_return"),
        ends=("submit_draft", "withdraw"),
        limit=working_days(2),
        basis=f"{CENTRE} 三：质疑回复2个工作日内",
        ladder=LADDER,
    ),
    INSIDE_CLOCK,
    ClockRule(
        "experts", "专家意见时限", Role.PROCUREMENT,
        starts=("ask_experts",), ends=("note_experts", "withdraw"),
        limit=working_days(1),
        basis="政府采购法实施条例 第52条：评审专家应当配合答复；不停止答复期限，时长为演示设定",
    ),
    ClockRule(
        "report_finance", "会商并报告时限", Role.PROCUREMENT,
        starts=("mark_major",), ends=("report_finance", "withdraw"),
        limit=working_days(1),
        basis=f"{CENTRE} 二3：重大、复杂、疑难的会商解决，并书面报告财政局；时长为演示设定",
    ),
    ClockRule(
        "section_sign", "采购部审核时限", Role.PROCUREMENT,
        starts=("submit_draft",), ends=("section_sign", "return_draft", "withdraw"),
        limit=working_hours(4),
        basis=f"{CENTRE} 三2：答复经采购部审核；时长为演示设定",
    ),
    ClockRule(
        "purchaser_sign", "采购人审核时限", Role.PROCUREMENT,
        starts=("section_sign",),
        ends=("purchaser_sign", "purchaser_paper", "purchaser_return", "withdraw"),
        limit=working_hours(4),
        basis=f"{CENTRE} 三2：答复经采购人审核；时长为演示设定",
    ),
    ClockRule(
        "panel_sign", "质疑处理小组审核时限", Role.PROCUREMENT,
        starts=("purchaser_sign", "purchaser_paper"),
        ends=("panel_sign", "return_draft", "withdraw"),
        limit=working_hours(4),
        basis=f"{CENTRE} 三2：答复经中心质疑处理小组审核；时长为演示设定",
    ),
    ClockRule(
        "consequence", "质疑结果处理时限", Role.PROCUREMENT,
        starts=("send_answer",), ends=("record_consequence",),
        limit=By("challenge_result", {"effect": working_days(5)}),
        basis=f"{ORDER} 第16条：质疑成立的依法处理，变更情况书面报告财政部门；时长为演示设定",
    ),
    ClockRule(
        "await_decision", "等候投诉处理期限", Role.PROCUREMENT,
        starts=("complained", "note_complaint"), ends=("complaint_decided", "complaint_ended"),
        limit=working_days(30), window=True, warn=(),
        basis=f"{LAW} 第56条：收到投诉后30个工作日内作出处理决定，由财政部门掌握，补正等时间另计",
    ),
    ClockRule(
        "carry_out", "处理决定落实时限", Role.PROCUREMENT,
        starts=("complaint_decided",), ends=("carry_out",),
        limit=By("complaint_result", {"effect": working_days(10)}),
        basis=f"{ORDER} 第31条、第32条：投诉成立且影响采购结果的，按处理决定执行；时长为演示设定",
    ),
)  # fmt: skip
