"""Papers and register of a doubted customs price: 价格质疑通知书, 价格磋商通知书, 价格磋商记录表.

海关审定进出口货物完税价格办法: the query and its answer in five working days, longer only where
asked in writing before they expire; the consultation within five working days, and who stays away
has waived it.
"""

from hotline.paper import LedgerColumn, Line, Paper, Signature, Table

CUSTOMS = "{{ city }}海关"
GOODS = "你公司申报进口的货物（报关单号：{{ declaration_number }}）"

QUERY = Paper(
    "price_query", "价格质疑通知书", CUSTOMS, letters="关价质",
    blocks=(
        Line("{{ importer }}：", address=True),
        Line(f"{GOODS}，申报价格{{{{ declared_price }}}}元。经审核：{{{{ query_ground }}}}。"),
        Line("质疑理由：{{ query_reason }}"),
        Line("请于{{ due_answer }}前书面答复，说明情况，并提供相关资料或者其他证据，证明申报价格"
             "真实、准确，或者双方的特殊关系未影响成交价格。确有正当理由不能按期答复的，"
             "应在期限届满前书面申请延期。"),
        Line("逾期未答复的，海关将依法审查确定该货物的完税价格。"),
        Signature(),
    ),
)  # fmt: skip

CONSULTATION = Paper(
    "price_consultation", "价格磋商通知书", CUSTOMS, letters="关价磋",
    blocks=(
        Line("{{ importer }}：", address=True),
        Line(f"{GOODS}，海关拟依法另行确定完税价格。"
             "{% if direct_ground %}事由：{{ direct_ground }}。{% endif %}"
             "{% if reason %}{{ reason }}{% endif %}"),
        Line("请于{{ due_consult }}前与我关进行价格磋商，互相补充交流各自掌握的价格资料。"
             "逾期未磋商的，视为放弃价格磋商的权利，海关可以直接确定完税价格。"),
        Signature(),
    ),
)  # fmt: skip

RECORD = Paper(
    "price_consultation_record", "价格磋商记录表", CUSTOMS,
    blocks=(
        Table((
            ("编号", "{{ serial }}", "磋商日期", "{{ consulted_on }}"),
            ("纳税义务人", "{{ importer }}"),
            ("报关单号", "{{ declaration_number }}", "货物类别", "{{ goods }}"),
            ("申报价格（元）", "{{ declared_price }}", "完税价格（元）", "{{ duty_paid_value }}"),
            ("磋商记录", "{{ consultation_record }}"),
            ("海关人员签字", "", "纳税义务人签字", ""),
        ), tall=("磋商记录",)),
        Signature(),
    ),
)  # fmt: skip

PAPERS = (QUERY, CONSULTATION, RECORD)

LEDGER = (
    LedgerColumn("顺序号", "serial", 26),
    LedgerColumn("登记日期", "opened"),
    LedgerColumn("纳税义务人", "importer", 24),
    LedgerColumn("报关单号", "declaration_number", 20),
    LedgerColumn("货物类别", "goods"),
    LedgerColumn("申报价格（元）", "declared_price"),
    LedgerColumn("质疑日期", "on:issue_query"),
    LedgerColumn("答复日期", "on:answer_query"),
    LedgerColumn("磋商日期", "consulted_on"),
    LedgerColumn("估价方法", "valuation_method", 22),
    LedgerColumn("审定完税价格（元）", "determined_value"),
    LedgerColumn("办理环节", "stage"),
    LedgerColumn("办结日期", "closed"),
    LedgerColumn("归档日期", "on:archive"),
    LedgerColumn("档案保存至", "keep_until"),
)
