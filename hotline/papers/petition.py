"""Papers of petitions: 转办通知, 交接单, 处理意见书, 复查和复核意见书, 不再受理告知书.

信访工作条例 22 (转送、交办), 32 (what the opinion holds), 35-36 (复查、复核).
"""

from hotline.paper import Line, Paper, Repeated, Signature, Table
from hotline.papers.to_units import supervision

OFFICE = "{{ city }}信访局"

FORWARDING = Paper(
    "petition_forwarding", "信访事项转办通知", OFFICE, letters="信转", to_unit=True,
    blocks=(
        Line("{{ lead_unit }}{% if co_units %}、{{ co_units }}{% endif %}：", address=True),
        Line("现将信访事项《{{ title }}》（登记编号：{{ serial }}）转你单位。"
             "{% if petition_instruction %}领导批示：“{{ petition_instruction }}”{% endif %}"),
        Table((
            ("信访人", "{{ requester_name }}", "信访形式", "{{ petition_channel }}"),
            ("收到日期", "{{ petition_received_on }}", "类别", "{{ petition_kind }}"),
            ("反映内容", "{{ content }}"),
            ("事实", "{{ petition_facts }}"),
            ("理由", "{{ petition_reasons }}"),
        ), tall=("反映内容",)),
        Line("请于{{ due_accept }}前书面告知信访人是否受理；认为不属于本单位职权的，应自收到之日起"
             "5个工作日内提出异议并说明理由。"
             "{% if due_report %}请于{{ due_report }}前提交办结报告。{% endif %}"
             "{% if note %}{{ note }}{% endif %}"),
        Line("检举控告材料不得转给被检举、控告的人员和单位。", small=True),
        Signature(),
    ),
)  # fmt: skip

HANDOVER = Paper(
    "petition_handover", "信访件交接单", OFFICE, to_unit=True,
    blocks=(
        Table((("编号", "{{ serial }}", "交接日期", "{{ dated }}"),
               ("接收单位", "{{ lead_unit }}", "协办单位", "{{ co_units }}"))),
        Repeated("facts", (("项目", "label"), ("内容", "words")), (1, 3)),
        Table((("材料份数", "", "材料页数", ""),
               ("移交人签字", "", "接收人签字", ""))),
        Signature(),
    ),
)  # fmt: skip

OPINION = Paper(
    "petition_opinion", "信访处理意见书", "{{ lead_unit }}", head=True,
    blocks=(
        Line("文号：{{ document_number }}"),
        Line("{{ requester_name }}：", address=True),
        Line("你提出的信访事项《{{ title }}》（登记编号：{{ serial }}），"
             "本单位于{{ on_accept }}受理，现已办理完毕，处理意见如下："),
        Line("一、信访请求：{{ content }}"),
        Line("二、查明的事实：{{ opinion_facts }}"),
        Line("三、认定的理由：{{ opinion_reasons }}"),
        Line("四、法律法规依据：{{ opinion_basis }}"),
        Line("五、处理意见（{{ opinion }}）：{{ opinion_text }}"),
        Line("如不服本处理意见，可以自收到本意见书之日起30日内，请求原办理机关、单位的上一级机关、"
             "单位复查。逾期未提出的，不再受理。"),
        Signature(),
    ),
)  # fmt: skip

REVIEW_OPINION = Paper(
    "petition_review_opinion", "信访事项复查复核意见书", "{{ lead_unit }}", head=True,
    blocks=(
        Line("文号：{{ document_number }}"),
        Line("{{ requester_name }}：", address=True),
        Line("你对信访事项《{{ title }}》（登记编号：{{ serial }}）的处理不服，"
             "本单位于{{ review_received_on }}收到你的申请。"
             "申请的请求和理由：{{ review_request }}"),
        Line("一、结论：{{ review_result }}"),
        Line("二、意见：{{ review_opinion }}"),
        Line("三、法律法规依据：{{ opinion_basis }}"),
        Line("本意见为复查意见的，如仍不服，可以自收到之日起30日内向上一级机关、单位请求复核；"
             "本意见为复核意见的，信访人仍以同一事实和理由提出的，不再受理。"),
        Signature(),
    ),
)  # fmt: skip

REFUSAL = Paper(
    "petition_refusal", "信访事项不再受理告知书", OFFICE, letters="信告",
    blocks=(
        Line("{{ requester_name }}：", address=True),
        Line("你于{{ petition_received_on }}提出的信访事项《{{ title }}》"
             "（登记编号：{{ serial }}）收悉。"
             "经审查：{{ petition_refusal }}。"),
        Line("{{ reason }}"),
        Line("前次信访：{% if earlier_petition %}{{ earlier_petition }}{% endif %}"
             "{% if earlier_document %}{{ earlier_document }}{% endif %}。特此告知。"),
        Signature(),
    ),
)  # fmt: skip

SUPERVISION = supervision(
    "petition_supervision", OFFICE,
    "信访事项《{{ title }}》（登记编号：{{ serial }}）由你单位办理。现对本件督办。",
    letters="信督",
)  # fmt: skip

PAPERS = (FORWARDING, HANDOVER, OPINION, REVIEW_OPINION, REFUSAL, SUPERVISION)
