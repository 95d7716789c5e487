"""Papers of leaders' instructions: 办理单, 抄告单, 督办件, 转办通知, 督查专报, and the stub.

宁波市人民政府办公厅领导批示件办理工作规程 二（一）（三）; 办理领导批示件需“五勤” 手勤 (抄告单);
领导批示办理情况总结汇报 三: 按期反馈的以《督办件》督办, 学习参考的以《转办通知》转办.
"""

from hotline.paper import Line, Paper, Signature, Table
from hotline.papers.to_units import forwarding, supervision

OFFICE = "{{ city }}人民政府督查室"
GENERAL_OFFICE = "{{ city }}人民政府办公厅"

INSTRUCTION_SHEET = Paper(
    "instruction_sheet", "市政府领导批示办理单", OFFICE, to_unit=True,
    blocks=(
        Table((
            ("编号", "{{ serial }}", "缓急", "{{ priority }}"),
            ("批示领导", "{{ leader }}", "批示时间", "{{ instructed_on }}"),
            ("来文单位", "{{ sender }}", "来文文号", "{{ document_number }}"),
            ("标题", "{{ title }}"),
            ("批示内容", "{{ content }}"),
            ("拟办意见", "{{ proposal }}"),
            ("主办单位", "{{ lead_unit }}", "协办单位", "{{ co_units }}"),
            ("交办日期", "{{ dated }}", "反馈期限", "{{ due_handle }}"),
            ("交办说明", "{{ note }}"),
            ("办理结果", "{{ findings }}"),
            ("承办单位负责人签字", "", "联系人及电话", ""),
        ), tall=("批示内容", "拟办意见", "办理结果")),
        Line("请主办单位会同协办单位按领导批示要求办理，在反馈期限前报送书面办理结果；确需延期的，"
             "须在期限届满前书面申请。领导批示件不得擅自扩大传达范围。", small=True),
        Signature(),
    ),
)  # fmt: skip

INSTRUCTION_COPY = Paper(
    "instruction_copy", "领导批示抄告单", OFFICE, letters="督抄", to_unit=True,
    fits=("dispatch_mode", "copy_notice"),
    blocks=(
        Line("{{ lead_unit }}{% if co_units %}、{{ co_units }}{% endif %}：", address=True),
        Line("{{ leader }}于{{ instructed_on }}在《{{ title }}》"
             "{% if document_number %}（{{ document_number }}）{% endif %}上批示："),
        Line("“{{ content }}”"),
        Line("现将批示抄告你单位，请认真落实。本件由{{ lead_unit }}主办，"
             "请于{{ due_handle }}前书面反馈办理结果。"),
        Line("附件：批示件复印件"),
        Signature(),
    ),
)  # fmt: skip

SUPERVISION_ORDER = supervision(
    "supervision_order", OFFICE,
    "{{ leader }}对《{{ title }}》作出批示（登记编号：{{ serial }}）。批示内容如下：",
    "“{{ content }}”",
    "本件于{{ on_assign }}交你单位办理，办理时限{{ limit_handle }}，应于{{ due_handle }}前反馈。",
    letters="督办",
    fits=("item_kind", "action"),
)  # fmt: skip

FORWARDING_NOTICE = forwarding(
    "forwarding_notice", OFFICE,
    "{{ leader }}于{{ instructed_on }}在{{ sender }}《{{ title }}》上批示：“{{ content }}”",
    "现将批示件转去，请学习参考、研究办理，不需限期反馈办理结果。"
    "{% if proposal %}{{ proposal }}{% endif %}",
    letters="督转",
    to="各有关单位：",
    fits=("item_kind", "read"),
)  # fmt: skip

SPECIAL_REPORT = Paper(
    "special_report", "领导批示督查专报", OFFICE, letters="督专", head=True,
    blocks=(
        Line("{{ leader }}：", address=True),
        Line("您于{{ instructed_on }}对《{{ title }}》作出的批示（“{{ content }}”），"
             "由{{ lead_unit }}{% if co_units %}会同{{ co_units }}{% endif %}办理。"
             "现将办理情况报告如下："),
        Line("{{ special_report }}"),
        Line("专此报告。"),
        Signature(),
        Table((
            ("领导审签意见", ""),
            ("登记编号", "{{ serial }}", "交办日期", "{{ on_assign }}"),
        ), tall=("领导审签意见",)),
    ),
)  # fmt: skip

# 规程 一（五）（六）: in the name of the government's office, to the body that assigned it, and to
# the leader who wrote it; the city's leader has signed it before.
UPWARD_REPORT = Paper(
    "upward_report", "省部级以上领导批示件办理情况报告", GENERAL_OFFICE,
    letters="政办报", head=True, fits=("leader_grade", "province"),
    blocks=(
        Line("{% if sender %}{{ sender }}{% else %}原交办单位{% endif %}：", address=True),
        Line("{{ leader }}于{{ instructed_on }}对《{{ title }}》"
             "{% if document_number %}（{{ document_number }}）{% endif %}作出批示"
             "（“{{ content }}”），由{{ lead_unit }}"
             "{% if co_units %}会同{{ co_units }}{% endif %}办理。现将办理情况报告如下："),
        Line("{{ special_report }}"),
        Line("特此报告，并请转报{{ leader }}。"),
        Signature(),
        Line("登记编号：{{ serial }}。反馈期限：{{ due_upward }}。", small=True),
    ),
)  # fmt: skip

SECRET_STUB = Paper(
    "secret_stub", "涉密批示件登记存根", OFFICE, stub=True,
    blocks=(
        Table((
            ("编号", "{{ serial }}", "缓急", "{{ priority }}"),
            ("批示领导级别", "{{ leader_grade }}", "批示时间", "{{ instructed_on }}"),
            ("登记日期", "{{ opened_on }}", "线下办结日期", "{{ finished_on }}"),
        )),
        Line("本件涉密，按保密规定线下办理。本存根不载内容，不得附具涉密材料。", small=True),
        Signature(),
    ),
)  # fmt: skip

PAPERS = (
    INSTRUCTION_SHEET, INSTRUCTION_COPY, SUPERVISION_ORDER, FORWARDING_NOTICE, SPECIAL_REPORT,
    UPWARD_REPORT, SECRET_STUB,
)  # fmt: skip
