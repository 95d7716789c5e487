"""归档: a file that is closed is put away, and it is noted until when it is kept (保管期限).

机关文件材料归档范围和文书档案保管期限规定 (国家档案局令第8号): 永久, 30年 or 10年 as the office has
laid down for its files; 政府采购法 42 names fifteen years. Each procedure says its own.
"""

from hotline.calendar import in_shanghai
from hotline.draft import Draft
from hotline.procedures import procedure
from hotline.spans import years_after


def file_away(draft: Draft) -> None:
    """The file is in the archive. Where its end has said until when it is kept, that stands."""
    draft.set(archived_at=draft.now)
    retention = procedure(draft.case.kind).retention
    if retention:
        ended_on = in_shanghai(draft.case.closed_at or draft.now).date()
        until = years_after(ended_on, retention.years).isoformat()
        draft.set(details={"keep_until": until, **draft.case.details})


ARCHIVING = (file_away,)
