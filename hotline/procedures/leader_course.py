"""Beside the straight way of 领导批示件: disputes, several leaders, weekly and quarterly reports.

平政办〔2017〕18号: a unit that disputes its duty or its limit says so in writing within two working
days, and long work is reported on every week. 宁波市人民政府办公厅领导批示件办理工作规程 五（二）:
what is written on a circulating paper is copied at once.
"""

from hotline.clock_rules import By, ClockRule
from hotline.clocks import calendar_days, working_days, working_hours
from hotline.people import Role
from hotline.procedure import Action, Phase, Stage
from hotline.procedures.leader_forms import (
    another_leader,
    limit_anew,
    merged,
    to_be_copied,
)
from hotline.procedures.parts import UNITS

DISPUTED = Stage("disputed", "承办异议待裁", Phase.ASSIGNMENT, "办理中")

RESTARTS = ("uphold_dispute", "agree_limit")
"""Decisions on a dispute that begin the unit's time anew."""

_OFFICE = (Role.SECRETARY,)
_GIVEN = ("assign", "reassign", "designate", "uphold_dispute")
_WRITTEN = "平政办〔2017〕18号：对职责或者期限有异议的，2个工作日内书面提出"

CLOCKS = (
    ClockRule(
        "copy", "复印处理时限", Role.SECRETARY,
        starts=("register",), ends=("copy_out", "void"),
        limit=By("circulating_paper", {True: working_hours(2)}),
        basis="宁波市人民政府办公厅领导批示件办理工作规程 五（二）：轮阅文件上的批示及时复印处理，"
        "不得影响文件的正常流转；具体时长为演示设定",
    ),
    ClockRule(
        "dispute", "提出承办异议期限", Role.CLERK,
        starts=("assign", "reassign", "uphold_dispute"),
        ends=("dispute", "dispute_lapsed", "designate", "feed_back"),
        limit=working_days(2), basis=_WRITTEN, warn=(), breach="dispute_lapsed",
        permits=("dispute",), window=True,
    ),
    ClockRule(
        "decide_dispute", "异议裁定时限", Role.SECRETARY,
        starts=("dispute",), ends=("uphold_dispute", "agree_limit", "reject_dispute"),
        limit=working_hours(8), basis=f"{_WRITTEN}；裁定时长为演示设定",
    ),
    ClockRule(
        "weekly", "每周进展时限", Role.CLERK,
        starts=(*_GIVEN, "progress", "redo", "order_further", "reopen"),
        ends=("progress", "feed_back"),
        limit=By("handling_grade", {"long_run": calendar_days(7)}),
        basis="平政办〔2017〕18号：需要长期推进的，每周报告一次进展",
    ),
    ClockRule(
        "collect", "季度汇总时限", Role.SECRETARY,
        starts=("assign", "collect", "redo", "order_further", "reopen"),
        ends=("collect", "feed_back"),
        limit=calendar_days(90),
        basis="领导批示办理的通行做法：每季度对办理结果收集、汇总，整理上报主要领导审阅",
    ),
)  # fmt: skip


def actions(
    *, with_units: tuple[str, ...], before_report: tuple[str, ...], papers: tuple[str, ...]
) -> tuple[Action, ...]:
    """Taken while units have the paper, or (a further leader's words) before the report."""
    return (
        Action(
            "copy_out", "复印处理（原件继续流转）", when=("received",), by=_OFFICE,
            needs=("note?",), only=(to_be_copied,),
        ),
        Action(
            "add_leader", "并登其他领导批示", when=before_report, by=_OFFICE,
            needs=("further_leader", "further_instruction"), check=another_leader,
            derives=merged, tells=("unit/instructed_further",), rare=True,
        ),
        Action(
            "dispute", "书面提出承办异议", when=with_units, to=DISPUTED.name, by=UNITS,
            part="lead", needs=("dispute_ground", "proposed_unit?", "note"),
            tells=("secretary/disputed",),
        ),
        Action(
            "dispute_lapsed", "异议期满", when=with_units, by=(Role.CLOCK,),
        ),
        Action(
            "uphold_dispute", "同意异议并改交", when=(DISPUTED.name,), to="assigned", by=_OFFICE,
            needs=("lead_unit", "co_units?", "special_case?", "reason"),
            does=("by_petitions_office", "withdraw", "assign", "returned"),
            derives=limit_anew, papers=papers, tone="primary",
            tells=("unit/dispatched", "co/dispatched", "former/withdrawn"),
        ),
        Action(
            "agree_limit", "商定新的期限", when=(DISPUTED.name,), to="assigned", by=_OFFICE,
            needs=("agreed_by", "reason"), does=("coming_days", "designate", "detail"),
            tells=("unit/limit_agreed",),
        ),
        Action(
            "reject_dispute", "不同意异议", when=(DISPUTED.name,), to="assigned", by=_OFFICE,
            needs=("reason",), does=("designate",), tells=("unit/objection_rejected",),
        ),
        Action(
            "collect", "季度汇总上报", when=(*with_units, DISPUTED.name), by=_OFFICE,
            needs=("progress",), tells=("leader/collected",), rare=True,
        ),
    )  # fmt: skip
