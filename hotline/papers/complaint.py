"""Papers and register of a procurement complaint: notices, the decision, the suspension.

政府采购质疑和投诉办法 (财政部令第94号) 21 (补正, 不予受理, 受理), 22 (答复通知书和副本), 28 (暂停),
33 (what a decision holds), 34 (公告).
"""

from hotline.paper import LedgerColumn, Line, Paper, Signature, Table

FINANCE = "{{ city }}财政局"
PROJECT = "“{{ project_name }}”（项目编号：{{ project_number }}）"
REMEDY = (
    "如不服本决定，可以自收到之日起60日内依法申请行政复议，"
    "或者自收到之日起6个月内依法提起行政诉讼。"
)

CORRECTION = Paper(
    "complaint_correction", "投诉补正通知书", FINANCE, head=True,
    blocks=(
        Line("文号：{{ document_number }}"),
        Line("{{ supplier }}：", address=True),
        Line(f"你公司（单位）就{PROJECT}提起的投诉，本机关于{{{{ received_on }}}}收到。"
             "经审查，需要补正以下事项："),
        Line("{{ missing_parts }}"),
        Line("请于{{ correct_by }}前补正。未按期补正或者补正后仍不符合规定的，不予受理。"),
        Signature(),
    ),
)  # fmt: skip

REFUSAL = Paper(
    "complaint_refusal", "投诉不予受理通知书", FINANCE, head=True,
    blocks=(
        Line("文号：{{ document_number }}"),
        Line("{{ supplier }}：", address=True),
        Line(f"你公司（单位）就{PROJECT}提起的投诉，本机关于{{{{ received_on }}}}收到。"
             "经审查，决定不予受理，理由：{{ complaint_refusal }}。{{ timeliness }}"),
        Line("{% if competent_authority %}有管辖权的部门为{{ competent_authority }}，"
             "请依法向其提起投诉。{% endif %}"),
        Line(REMEDY),
        Signature(),
    ),
)  # fmt: skip

ACCEPTANCE = Paper(
    "complaint_acceptance", "投诉受理通知书", FINANCE, letters="财采受", head=True,
    blocks=(
        Line("{{ supplier }}：", address=True),
        Line(f"你公司（单位）就{PROJECT}提起的投诉，本机关于{{{{ received_on }}}}收到。经审查，"
             "符合法定条件，自收到之日起即为受理（登记编号：{{ serial }}）。"),
        Line("本机关将于{{ due_whole }}前作出处理决定；检验、检测、鉴定、专家评审以及补正所需时间"
             "不计算在内。被投诉人：{{ respondents }}。"),
        Signature(),
    ),
)  # fmt: skip

STATEMENT = Paper(
    "complaint_statement", "投诉答复通知书", FINANCE, head=True, to_unit=True,
    blocks=(
        Line("文号：{{ document_number }}"),
        Line("{{ lead_unit }}{% if co_units %}、{{ co_units }}{% endif %}：", address=True),
        Line(f"{{{{ supplier }}}}就{PROJECT}向本机关投诉（登记编号：{{{{ serial }}}}），"
             "本机关已受理。投诉事项：{{ title }}。现将投诉书副本发给你单位。"),
        Line("请自收到本通知之日起5个工作日内，以书面形式向本机关作出说明，并提交相关证据、依据和"
             "其他有关材料；逾期不提交的，视同放弃说明权利，依法承担不利后果。"),
        Line("附件：投诉书副本"),
        Signature(),
    ),
)  # fmt: skip

SUSPENSION = Paper(
    "complaint_suspension", "暂停采购活动通知书", FINANCE, head=True, to_unit=True,
    blocks=(
        Line("文号：{{ document_number }}"),
        Line("{{ respondents }}：", address=True),
        Line(f"本机关正在处理{{{{ supplier }}}}就{PROJECT}提起的投诉"
             "（登记编号：{{ serial }}）。"),
        Line("{{ reason }}"),
        Line("现通知你单位自{{ suspended_on }}起暂停采购活动，期限至{{ due_suspension }}，"
             "最长不超过30日。期满前或者收到恢复通知前，不得进行该项采购活动。"),
        Signature(),
    ),
)  # fmt: skip

DECISION = Paper(
    "complaint_decision", "政府采购投诉处理决定书", FINANCE, head=True,
    blocks=(
        Line("文号：{{ document_number }}"),
        Table((
            ("投诉人", "{{ supplier }}", "统一社会信用代码", "{{ credit_code }}"),
            ("地址", "{{ address }}"),
            ("被投诉人", "{{ respondents }}"),
            ("采购项目", "{{ project_name }}"),
            ("项目编号", "{{ project_number }}", "登记编号", "{{ serial }}"),
        )),
        Line("投诉人因对质疑答复不满意，于{{ received_on }}向本机关提起投诉，本机关依法受理。"),
        Line("一、投诉事项：{{ content }}"),
        Line("二、被投诉人说明：{{ findings }}"),
        Line("三、查明的事实、认定的依据和处理决定：{{ reply }}"),
        Line("四、处理结论：{{ complaint_result }}"
             "{% if rejection_ground %}（{{ rejection_ground }}）{% endif %}。"),
        Line(REMEDY),
        Signature(),
    ),
)  # fmt: skip

TERMINATION = Paper(
    "complaint_termination", "投诉终止处理通知书", FINANCE, head=True,
    blocks=(
        Line("文号：{{ document_number }}"),
        Line("{{ supplier }}：", address=True),
        Line(f"你公司（单位）就{PROJECT}提起投诉（登记编号：{{{{ serial }}}}），"
             "于{{ withdrawn_on }}书面申请撤回。依照政府采购法实施条例第五十七条，"
             "本机关终止投诉处理。"),
        Signature(),
    ),
)  # fmt: skip

PAPERS = (CORRECTION, REFUSAL, ACCEPTANCE, STATEMENT, SUSPENSION, DECISION, TERMINATION)

LEDGER = (
    LedgerColumn("顺序号", "serial", 26),
    LedgerColumn("收到日期", "received_on"),
    LedgerColumn("投诉人", "supplier", 26),
    LedgerColumn("被投诉人", "respondents", 26),
    LedgerColumn("项目名称", "project_name", 30),
    LedgerColumn("项目编号", "project_number", 18),
    LedgerColumn("质疑件编号", "challenge", 16),
    LedgerColumn("投诉事项", "title", 36),
    LedgerColumn("受理日期", "on:accept"),
    LedgerColumn("答复通知日期", "on:send_notices"),
    LedgerColumn("处理结论", "complaint_result", 22),
    LedgerColumn("决定日期", "on:issue"),
    LedgerColumn("公告日期", "announced_on"),
    LedgerColumn("处理结果", "complaint_consequence", 22),
    LedgerColumn("办理环节", "stage"),
    LedgerColumn("归档日期", "on:archive"),
    LedgerColumn("档案保存至", "keep_until"),
)
