"""What the supervising office reports every half month and every month.

宁波市人民政府办公厅领导批示件办理工作规程 五（三）: 每半月汇总, 以《市长、副市长、市长助理批示
办理情况》呈报; 二（三）: 办理进展和结果以《领导批示督查专报》专报批示领导; 五（五）: 按月统计分析
各承办单位, 对质量和效率作出评价, 以《督查专报》专报并通报.
"""

from hotline.paper import Line, Paper, Repeated, Signature

OFFICE = "{{ city }}人民政府督查室"

HALF_MONTH = Paper(
    "half_month", "市长、副市长、市长助理批示办理情况", OFFICE, head=True,
    blocks=(
        Line("（{{ from_on }}至{{ to_on }}）", address=True),
        Line("{% if total %}期间共登记市长、副市长、市长助理批示件{{ total }}件，"
             "已办结{{ closed }}件，在办{{ open }}件，其中超期{{ overdue }}件。具体情况如下："
             "{% else %}期间没有登记市长、副市长、市长助理批示件。{% endif %}"),
        Repeated(
            "entries",
            (("编号", "serial"), ("批示领导", "leader"), ("批示时间", "instructed_on"),
             ("标题", "title"), ("批示内容", "content"), ("承办单位", "units"),
             ("办理情况", "state")),
            (4, 3, 4, 5, 6, 4, 6),
        ),
        Line("涉密件和工作秘密件只列编号，另行呈报。{{ cut }}", small=True),
        Signature(),
    ),
)  # fmt: skip

OF_A_LEADER = Paper(
    "of_a_leader", "领导批示督查专报", OFFICE, head=True,
    blocks=(
        Line("{{ leader }}：", address=True),
        Line("{% if total %}{{ from_on }}至{{ to_on }}，共登记您的批示件{{ total }}件，"
             "已办结{{ closed }}件，在办{{ open }}件，其中超期{{ overdue }}件。"
             "现将办理情况报告如下："
             "{% else %}{{ from_on }}至{{ to_on }}，没有登记您的批示件。{% endif %}"),
        Repeated(
            "entries",
            (("编号", "serial"), ("批示时间", "instructed_on"), ("标题", "title"),
             ("批示内容", "content"), ("承办单位", "units"), ("办理情况和结果", "state")),
            (4, 4, 5, 6, 4, 8),
        ),
        Line("涉密件和工作秘密件只列编号，另行呈报。{{ cut }}", small=True),
        Line("专此报告。"),
        Signature(),
    ),
)  # fmt: skip

MONTHLY = Paper(
    "monthly", "督查专报", OFFICE, head=True,
    blocks=(
        Line("各县（市、区）人民政府，市政府各部门、有关单位：", address=True),
        Line("现将{{ from_on }}至{{ to_on }}{{ matter }}办理情况通报如下。"),
        Line("一、总体情况。期间交办{{ received }}件，办结{{ closed }}件；按期反馈{{ on_time }}件，"
             "逾期反馈{{ late }}件，按期率{{ rate }}；现在办{{ open_now }}件，"
             "其中超期{{ overdue_now }}件。"),
        Line("二、各承办单位情况。"
             "{% if not units %}期间没有交各单位办理的{{ matter }}。{% endif %}"),
        Repeated(
            "units",
            (("承办单位", "name"), ("收到", "received"), ("办结", "closed"), ("按期", "on_time"),
             ("超期", "overdue"), ("退回重办", "redo"), ("按期率", "rate"), ("现在办", "open_now"),
             ("现超期", "overdue_now")),
            (8, 3, 3, 3, 3, 3, 4, 3, 3),
        ),
        Line("三、评价。{{ praise }}{{ blame }}"),
        Line("按期率 = 按期反馈 ÷（按期反馈 + 逾期反馈）。", small=True),
        Signature(),
    ),
)  # fmt: skip
