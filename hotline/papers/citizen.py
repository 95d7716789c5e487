"""Papers of the hotline: the work order that goes to a unit, and the notice of supervision."""

from hotline.paper import Line, Paper, Repeated, Signature, Table
from hotline.papers.to_units import supervision

HOTLINE = "{{ city }}12345政务服务便民热线"

WORK_ORDER = Paper(
    "work_order", "12345热线承办工单（办理单）", HOTLINE, to_unit=True,
    blocks=(
        Table((
            ("工单号", "{{ number }}", "紧急程度", "{{ urgency }}"),
            ("诉求类型", "{{ request_type }}", "来源", "{{ channel }}"),
            ("诉求分类", "{{ category }}"),
            ("诉求人", "{{ requester_name }}", "联系电话", "{{ requester_phone }}"),
            ("事发区域", "{{ place }}"),
            ("详细地址", "{{ address }}"),
            ("标题", "{{ title }}"),
            ("诉求内容", "{{ content }}"),
            ("主办单位", "{{ lead_unit }}", "协办单位", "{{ co_units }}"),
            ("派单日期", "{{ dated }}", "办理期限", "{{ due_handle }}"),
            ("派单说明", "{{ note }}"),
            ("办理情况", "{{ reply }}"),
            ("承办人签字", "", "单位负责人签字", ""),
        ), tall=("诉求内容", "办理情况")),
        Line("办理过程", address=True),
        Repeated("steps", (("日期", "on"), ("事项", "what"), ("办理人", "who")), (2, 3, 3)),
        Line("诉求人信息只用于办理本件，不得外传；超过期限未答复的，按逾期统计。", small=True),
        Signature(),
    ),
)  # fmt: skip

SUPERVISION_NOTICE = supervision(
    "supervision_notice", HOTLINE,
    "诉求人反映“{{ title }}”（工单号：{{ number }}），于{{ opened_on }}登记。现对本件督办。",
    letters="热督",
)  # fmt: skip

PAPERS = (WORK_ORDER, SUPERVISION_NOTICE)
