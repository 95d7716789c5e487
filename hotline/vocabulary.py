"""The words of the forms: what an action may ask for, as every procedure shares it.

A kind of case adds the words that only it has in its own file (`Procedure.words`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hotline.calls import STATUTORY_CHANNELS

REQUEST_TYPES = {
    "inquiry": "咨询",
    "help": "求助",
    "complaint": "投诉",
    "report": "举报",
    "suggestion": "建议",
    "praise": "表扬",
}
URGENCIES = {
    "normal": "一般",
    "complex": "疑难复杂",
    "utility": "民生应急（水电气热）",
    "danger": "紧急（危及生命财产）",
}
CHANNELS = {
    "phone": "电话",
    "web": "网站",
    "letter": "信件",
    "app": "移动端",
    "sms": "短信",
    "import": "历史数据",
    "open311": "开放接口",
}
LEVELS = {"5": "非常满意", "4": "满意", "3": "基本满意", "2": "不满意", "1": "非常不满意"}
SOLVED = {"yes": "已解决", "partly": "部分解决", "no": "未解决"}
RESULTS = {
    "solved": "已办理解决",
    "partly": "部分解决，余项有计划",
    "explained": "依法依规解释说明",
    "planned": "受客观条件限制，已列入计划",
    "untrue": "经查反映情况不实",
}
REDO_REASONS = {
    "incomplete": "答复不完整",
    "no_result": "无具体结果",
    "wrong_basis": "依据错误",
    "no_contact": "未联系诉求人",
    "not_addressed": "答非所问",
    "unsolved": "诉求人反映未解决",
    "dissatisfied": "诉求人不满意",
    "false_report": "办理情况不实",
}
OBJECTION_GROUNDS = {
    "not_duty": "不属于本单位职责",
    "not_area": "不属于本单位辖区",
    "other_law": "法律法规规定由其他单位办理",
    "unclear": "诉求要素不清，无法确定承办单位",
}
ARBITRATION_GROUNDS = {
    "law": "法律法规和“三定”规定",
    "catalogue": "权责清单、派单目录",
    "territory": "属地管理",
    "first_receiver": "首接负责",
    "meeting": "联席会议议定",
}
CONTACT_WAYS = {"phone": "电话", "visit": "上门", "site": "现场", "message": "短信或微信"}
CONTACT_RESULTS = {"reached": "已联系上", "not_reached": "未联系上", "refused": "拒绝沟通"}
ATTEMPTS = {
    "answered": "接通并回访",
    "no_answer": "无人接听",
    "busy": "占线或关机",
    "wrong_number": "号码有误",
    "refused": "拒绝评价",
}
REFUSAL_GROUNDS = {
    "emergency": "紧急事项，应由110、119、120、122等处置",
    "statutory_channel": "应通过法定渠道办理",
    "in_progress": "在办或已办结，无新的事实",
    "explain": "不属于受理范围，解释说明",
}
CLOSE_REASONS = {
    "done": "已依法依规办理，诉求超出政策规定",
    "unreasonable": "诉求不合理，已充分解释",
    "solved_later": "经跟进已解决",
}
STOP_GROUNDS = {
    "inspection": "等待检验、检测、鉴定",
    "supplement": "等待诉求人补正材料",
    "expert": "专家论证、评审或者听证",
    "other_authority": "等待其他机关的裁决或者认定",
    "force_majeure": "不可抗力",
}
TERMINATION_GROUNDS = {
    "not_accepted": "办理中发现属于不予受理的情形",
    "statutory_channel": "已进入诉讼、复议、仲裁、信访等法定程序",
    "uncooperative": "诉求人不配合，致使无法继续办理",
    "no_contact": "多次联系不上诉求人，且诉求要素不清",
}
REOPEN_GROUNDS = {
    "again": "问题再次出现",
    "untrue": "答复与实际情况不符",
    "unfinished": "承诺事项未落实",
}
PRIORITIES = {"normal": "平件", "urgent": "加急", "extra_urgent": "特急"}
LOOK_BACKS = {"none": "不需要", "month": "1个月后", "quarter": "3个月后"}

# What citizens and units really write reaches 8,000 characters.
LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that may be asked: its type tells forms how to draw it and `accept` how to read it.

    Types: line, text, choice, choices, flag, unit, units, category, place, phone, integer
    (within `least` and `most`), money (yuan, kept as "1200.50"), day (kept as "2026-03-20"),
    case (the number of another case, which is `of` that kind where one is named), colleague (a
    name or sign-in of the own unit), files (keys of what was uploaded, `hotline.files`).
    A `private` input tells who the requester is: it is never shown in the history.
    """

    name: str
    label: str
    type: str
    choices: Mapping[str, str] = field(default_factory=dict)
    max_length: int = 0
    private: bool = False
    help: str = ""
    least: int | None = None
    most: int | None = None
    of: str = ""


SHARED = (
    Input("request_type", "诉求类型", "choice", REQUEST_TYPES),
    Input("category", "诉求分类", "category"),
    Input("place", "事发区域", "place"),
    Input("address", "详细地址", "line", max_length=200),
    Input("urgency", "紧急程度", "choice", URGENCIES),
    Input("title", "标题", "line", max_length=100),
    Input("content", "诉求内容", "text", max_length=LONGEST_TEXT),
    Input("channel", "来源", "choice", CHANNELS),
    Input("requester_name", "诉求人", "line", max_length=50, private=True),
    Input("requester_phone", "联系电话", "phone", private=True),
    Input("anonymous", "匿名", "flag"),
    Input("confidential", "要求保密", "flag"),
    Input("lead_unit", "主办单位", "unit"),
    Input("co_units", "协办单位", "units"),
    Input("designate", "指定办理（不得再提异议）", "flag"),
    Input("note", "说明", "text", max_length=2000),
    Input("reason", "理由", "text", max_length=500),
    Input("objection_ground", "异议理由", "choice", OBJECTION_GROUNDS),
    Input("proposed_unit", "建议承办单位", "unit"),
    Input("contact_way", "联系方式", "choice", CONTACT_WAYS),
    Input("contact_result", "联系结果", "choice", CONTACT_RESULTS),
    Input("result", "办理结果", "choice", RESULTS),
    Input("reply", "答复内容", "text", max_length=LONGEST_TEXT),
    Input("answer", "答复内容", "text", max_length=4000),
    Input("redo_reasons", "重办原因", "choices", REDO_REASONS),
    Input("attempt", "回访情况", "choice", ATTEMPTS),
    Input("solved", "是否解决", "choice", SOLVED),
    Input("satisfied", "办理结果满意度", "choice", LEVELS),
    Input("manner", "服务态度满意度", "choice", LEVELS),
    Input("rating", "评价", "choice", LEVELS),
    Input("close_reason", "办结理由", "choice", CLOSE_REASONS),
    Input("refusal_ground", "不予受理理由", "choice", REFUSAL_GROUNDS),
    Input("statutory_channel", "告知渠道", "choice", STATUTORY_CHANNELS),
    Input("extension_days", "延长天数", "integer"),
    Input("stop_ground", "停止计时事由", "choice", STOP_GROUNDS),
    Input("basis", "依据", "line", max_length=200),
    Input("stop_until", "停止计时至", "day"),
    Input("progress", "进展情况", "text", max_length=4000),
    Input("findings", "办理情况", "text", max_length=LONGEST_TEXT),
    Input("document_number", "文号", "line", max_length=60),
    Input("priority", "缓急", "choice", PRIORITIES),
    Input("look_back", "回头看", "choice", LOOK_BACKS),
    Input("finished_on", "办结日期", "day"),
    Input("report_by", "交办机关指定期限", "day"),
    Input("inside_unit", "转给下级单位", "unit"),
    Input("inside_person", "转给同事", "colleague", max_length=50),
    Input("inside_by", "内部反馈期限", "day"),
    Input("files", "附件", "files"),
    Input("main_case", "主单编号", "case"),
    Input("other_case", "另一工单编号", "case"),
    Input("termination_ground", "终止办理事由", "choice", TERMINATION_GROUNDS),
    Input("reopen_ground", "重新办理事由", "choice", REOPEN_GROUNDS),
    Input("arbitration_ground", "裁定依据", "choice", ARBITRATION_GROUNDS),
    Input("meeting", "议定的会议", "line", max_length=100),
    Input("clock", "时限", "line", max_length=30),
    Input("level", "级别", "integer"),
    Input("since", "起于", "line", max_length=40),
    Input("limit_change", "期限调整（序号）", "integer", least=1),
    Input("notice", "放假通知", "line", max_length=100),
    Input("calendar", "日历版本", "line", max_length=64),
)
