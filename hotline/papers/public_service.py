"""Papers of disputed assessments (考核异议) and of joint items (联办): what goes to the units."""

from hotline.papers.challenge import CENTRE
from hotline.papers.to_units import ALL_UNITS, forwarding, supervision

WINDOW = "{{ city }}政务服务中心综合窗口"

ASSESSMENT_FORWARDING = forwarding(
    "assessment_forwarding", CENTRE,
    "{{ contractor }}对服务合同“{{ service_contract }}”的考核结果（{{ disputed_rating }}，"
    "{{ told_on }}告知）提出书面异议（登记编号：{{ serial }}）。",
    "异议内容：{{ dispute }}",
    "提供的证据：{{ dispute_evidence }}",
    "依照政府购买服务工作规程第二十七条，请于{{ due_handle }}前核实并报送书面核实结论；"
    "如发现有误，应予以修正。{% if note %}{{ note }}{% endif %}",
    letters="采考转",
)  # fmt: skip

ASSESSMENT_SUPERVISION = supervision(
    "assessment_supervision", CENTRE,
    "{{ contractor }}对服务合同“{{ service_contract }}”的考核结果提出异议"
    "（登记编号：{{ serial }}），于{{ on_forward }}转你单位核实。现对本件督办。",
    letters="采考督",
)  # fmt: skip

JOINT_SUPERVISION = supervision(
    "joint_supervision", WINDOW,
    "联办事项《{{ title }}》（登记编号：{{ serial }}）于{{ on_notify }}抄告你单位办理。"
    "现对本件督办。",
    letters="联督",
    to=ALL_UNITS,
)  # fmt: skip

PAPERS = (ASSESSMENT_FORWARDING, ASSESSMENT_SUPERVISION, JOINT_SUPERVISION)
