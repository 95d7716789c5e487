"""What an office sends to units, whatever the kind: 督办件 and 转办通知.

领导批示办理情况总结汇报 三: what is to be answered in time is pressed by 《督办件》, what is to be
dealt with is passed on by 《转办通知》. Each kind says in its own words what it is about.
"""

from hotline.paper import Line, Paper, Signature

THE_LEAD = "{% if lead_unit %}{{ lead_unit }}{% else %}有关单位{% endif %}："
ALL_UNITS = "{{ lead_unit }}{% if co_units %}、{{ co_units }}{% endif %}："


def supervision(
    name: str,
    issuer: str,
    *about: str,
    letters: str,
    to: str = THE_LEAD,
    fits: tuple[str, str] | None = None,
) -> Paper:
    """督办件: what is owed and until when, and what is asked of the unit."""
    return Paper(
        name, "督办件", issuer, letters=letters, to_unit=True, head=True, fits=fits,
        blocks=(
            Line(to, address=True),
            *map(Line, about),
            Line("{% if owed %}{{ owed }}。{% endif %}"
                 "{% if note %}督办要求：{{ note }}{% endif %}"),
            Line("请明确责任领导和责任人员，抓紧办理，按期书面反馈办理情况、存在问题和下一步措施。"),
            Signature(),
        ),
    )  # fmt: skip


def forwarding(
    name: str,
    issuer: str,
    *about: str,
    letters: str,
    to: str = ALL_UNITS,
    fits: tuple[str, str] | None = None,
) -> Paper:
    """转办通知: passed on to whom it concerns."""
    return Paper(
        name, "转办通知", issuer, letters=letters, to_unit=True, fits=fits,
        blocks=(Line(to, address=True), *map(Line, about), Signature()),
    )  # fmt: skip
