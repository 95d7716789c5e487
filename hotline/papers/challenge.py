"""Papers and register of a procurement challenge: from 登记表 and 回执 to the answer (质疑答复).

政府采购质疑和投诉办法 (财政部令第94号) 12, 13, 15 (what an answer holds); 成都市政府采购服务中心
质疑处理工作程序 一 (回执, 登记表), 二 (交接手续, 书面报告), 三 (审核: 采购部, 采购人, 处理小组).
"""

from hotline.paper import LedgerColumn, Line, Paper, Repeated, Signature, Table
from hotline.papers.to_units import ALL_UNITS, supervision

CENTRE = "{{ city }}政府采购服务中心"
PROJECT = "“{{ project_name }}”（项目编号：{{ project_number }}）"

REGISTER_FORM = Paper(
    "challenge_register", "政府采购供应商质疑登记表", CENTRE,
    blocks=(
        Table((
            ("登记编号", "{{ serial }}", "收到日期", "{{ received_on }}"),
            ("质疑供应商", "{{ supplier }}", "统一社会信用代码", "{{ credit_code }}"),
            ("联系人", "{{ requester_name }}", "联系电话", "{{ requester_phone }}"),
            ("地址", "{{ address }}", "邮编", "{{ postcode }}"),
            ("项目名称", "{{ project_name }}"),
            ("项目编号", "{{ project_number }}", "质疑人身份", "{{ participant }}"),
            ("起算情形", "{{ challenge_start }}"),
            ("知道之日", "{{ known_on }}", "交邮日期", "{{ posted_on }}"),
            ("质疑事项", "{{ title }}"),
            ("事实和请求", "{{ content }}"),
            ("质疑函内容", "{{ letter_items }}"),
            ("期限审查", "{{ timeliness }}"),
            ("缺少的内容", "{{ missing }}"),
            ("答复期限", "{{ due_whole }}", "登记日期", "{{ opened_on }}"),
            ("登记人签字", "", "审核人签字", ""),
        ), tall=("事实和请求",)),
        Signature(),
    ),
)  # fmt: skip

RECEIPT = Paper(
    "challenge_receipt", "政府采购质疑受理回执", CENTRE,
    blocks=(
        Line("回执编号：{{ receipt_number }}"),
        Line("{{ supplier }}：", address=True),
        Line(f"你公司（单位）就{PROJECT}提出的质疑函，我中心于{{{{ received_on }}}}收到。"
             "经审查，符合受理条件，现予受理（登记编号：{{ serial }}）。"),
        Line("我中心将于{{ due_whole }}前作出书面答复。"),
        Signature(),
    ),
)  # fmt: skip

CORRECTION = Paper(
    "challenge_correction", "质疑补正通知", CENTRE, letters="采质补",
    blocks=(
        Line("{{ supplier }}：", address=True),
        Line(f"你公司（单位）就{PROJECT}提出的质疑函，我中心于{{{{ received_on }}}}收到。"
             "经审查，需要补正以下内容："),
        Line("{{ missing_items }}"),
        Line("请于{{ correct_by }}前修改补正后重新提交。按期补正的，"
             "以首次收到质疑函之日为提出质疑之日；逾期未补正或者补正后仍不符合规定的，不予受理。"),
        Signature(),
    ),
)  # fmt: skip

REFUSAL = Paper(
    "challenge_refusal", "质疑不予受理通知", CENTRE, letters="采质告",
    blocks=(
        Line("{{ supplier }}：", address=True),
        Line(f"你公司（单位）就{PROJECT}提出的质疑函，我中心于{{{{ received_on }}}}收到。"
             "经审查，不予受理，理由如下："),
        Line("{{ challenge_refusal }}。{{ timeliness }}"),
        Line("{{ reason }}"),
        Line("对本通知不满意的，可以在质疑答复期满后15个工作日内，依法向同级财政部门投诉。"),
        Signature(),
    ),
)  # fmt: skip

HANDOVER = Paper(
    "challenge_handover", "质疑件交接单", CENTRE, to_unit=True,
    blocks=(
        Table((
            ("登记编号", "{{ serial }}", "交接日期", "{{ dated }}"),
            ("项目名称", "{{ project_name }}"),
            ("项目编号", "{{ project_number }}", "质疑供应商", "{{ supplier }}"),
            ("质疑事项", "{{ title }}"),
            ("接收单位", "{{ lead_unit }}", "采购人", "{{ co_units }}"),
            ("交接材料", "{{ handed_over }}"),
            ("调查期限", "{{ due_investigate }}", "答复期限", "{{ due_whole }}"),
            ("移交人签字", "", "招标部签字", ""),
            ("采购人代表签字", "", "签收日期", ""),
        ), tall=("交接材料",)),
        Signature(),
    ),
)  # fmt: skip

DRAFT = Paper(
    "challenge_draft", "质疑答复审核表", CENTRE, to_unit=True,
    blocks=(
        Table((
            ("登记编号", "{{ serial }}", "答复期限", "{{ due_whole }}"),
            ("项目名称", "{{ project_name }}", "质疑供应商", "{{ supplier }}"),
            ("调查情况", "{{ findings }}"),
            ("专家意见", "{{ expert_opinion }}"),
            ("结论", "{{ challenge_result }}"),
            ("答复稿", "{{ reply }}"),
            ("商业秘密提示", "{{ secret_hint }}"),
            ("采购部审签", ""),
            ("采购人审签", ""),
            ("质疑处理小组审签", ""),
        ), tall=("采购部审签", "采购人审签", "质疑处理小组审签")),
        Line("答复内容应当针对质疑事项，不得涉及商业秘密。", small=True),
        Signature(),
    ),
)  # fmt: skip

ANSWER = Paper(
    "challenge_answer", "政府采购质疑答复书", CENTRE, head=True,
    blocks=(
        Line("文号：{{ document_number }}"),
        Line("{{ supplier }}：", address=True),
        Line(f"你公司（单位）就{PROJECT}提出的质疑，我中心于{{{{ received_on }}}}收到质疑函，"
             "登记编号{{ serial }}。现答复如下："),
        Line("一、质疑事项：{{ content }}"),
        Line("二、答复及事实、法律依据：{{ reply }}"),
        Line("三、结论：{{ challenge_result }}。"),
        Line("如对本答复不满意，可以在质疑答复期限届满之日（{{ due_whole }}）后15个工作日内"
             "（至{{ due_window }}），依法向同级财政部门提起投诉。"),
        Line("{% if also_told %}抄送：{{ also_told }}{% endif %}"),
        Signature(),
    ),
)  # fmt: skip

REPORT = Paper(
    "challenge_report", "重大复杂质疑事项报告", CENTRE, head=True,
    blocks=(
        Line("文号：{{ document_number }}"),
        Line("{{ city }}财政局：", address=True),
        Line(f"{{{{ supplier }}}}就{PROJECT}提出质疑（登记编号：{{{{ serial }}}}，"
             "{{ received_on }}收到），质疑事项：{{ title }}。本件属重大、复杂或者疑难质疑，"
             "经中心质疑处理小组会商，意见如下："),
        Line("{{ panel_opinion }}"),
        Line("现报告备案。办理过程："),
        Repeated("steps", (("日期", "on"), ("事项", "what"), ("办理人", "who")), (2, 3, 3)),
        Signature(),
    ),
)  # fmt: skip

SUPERVISION = supervision(
    "challenge_supervision", CENTRE,
    f"{{{{ supplier }}}}就{PROJECT}提出质疑（登记编号：{{{{ serial }}}}），"
    "于{{ on_transfer }}转交你单位，应于{{ due_whole }}前作出答复。现对本件督办。",
    letters="采质督",
    to=ALL_UNITS,
)  # fmt: skip

PAPERS = (REGISTER_FORM, RECEIPT, CORRECTION, REFUSAL, HANDOVER, DRAFT, ANSWER, REPORT, SUPERVISION)

LEDGER = (
    LedgerColumn("顺序号", "serial", 26),
    LedgerColumn("收到日期", "received_on"),
    LedgerColumn("质疑供应商", "supplier", 26),
    LedgerColumn("项目名称", "project_name", 30),
    LedgerColumn("项目编号", "project_number", 18),
    LedgerColumn("质疑事项", "title", 36),
    LedgerColumn("期限审查", "in_time"),
    LedgerColumn("受理日期", "on:accept"),
    LedgerColumn("转交日期", "on:transfer,reassign"),
    LedgerColumn("承办单位", "units", 30),
    LedgerColumn("质疑结论", "challenge_result", 22),
    LedgerColumn("答复文号", "document_number", 20),
    LedgerColumn("答复日期", "delivered_on"),
    LedgerColumn("结果处理", "challenge_consequence", 22),
    LedgerColumn("办理环节", "stage"),
    LedgerColumn("归档日期", "on:archive"),
    LedgerColumn("档案保存至", "keep_until"),
)
