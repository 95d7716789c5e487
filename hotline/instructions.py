"""What is particular to leaders' instructions (领导批示件): their words, and what they ask for."""

import re

GRADES = {
    "province": "省部级及以上领导",
    "mayor": "市长",
    "vice_mayor": "副市长",
    "assistant": "市长助理",
}
SECRECY = {
    "ordinary": "普通",
    "work_secret": "工作秘密",
    "state_secret": "国家秘密（只登记存根，线下办理）",
}
ITEM_KINDS = {"action": "办件", "read": "阅件"}
DISPATCH_MODES = {
    "original": "原件转办，复印件留存",
    "copy_notice": "批示抄告单附复印件",
    "telegram": "传真、发电",
    "document": "发文通知",
    "courier": "机要交通或者邮寄",
}

HANDLING_GRADES = {
    "on_time": "按期办理",
    "same_day": "当日办结",
    "long_run": "长期推进（每周报告进展）",
}
DISPUTE_GROUNDS = {"duty": "不属于本单位职责", "limit": "承办期限确有困难"}

# 宁波市人民政府办公厅领导批示件办理工作规程 五（一）.
_TO_ACT_ON = re.compile("阅研|阅处|酌")
_TO_READ = re.compile("阅|参考")
# Names of offices and of what lies before the leader hold such words and ask for nothing.
_NAMES = re.compile(
    "办公[厅室]|[府委]办(?![理好结])|督查[室局]|研究[室院所]|秘书[一二三四五]?处"
    "|综合[一二三四五]?处|各处室|(?:此|该|这份|本|调研|工作|督查)报告"
)
# A clear request (明确批示要求), whatever else is written.
_ASKS = re.compile("办|处|研究|落实|核|查|督|抓|整改|解决|推进|报告|报我|反馈|提出|制定|协调|牵头")


def proposed_item(instruction: str) -> str:
    """办件 ("action") or 阅件 ("read"), as the wording of the instruction suggests.

    阅研, 阅处, 酌 and every clear request are for action; 阅 and 参考 alone are for reading.
    The name of an office is no request. A person confirms it.
    """
    if _TO_ACT_ON.search(instruction) or _ASKS.search(_NAMES.sub("", instruction)):
        return "action"
    return "read" if _TO_READ.search(instruction) else "action"
