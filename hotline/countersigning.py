"""负责人审签: a reply that a clerk has drafted waits for the head of the unit (`Action.does`)."""

from collections.abc import Callable

import msgspec

from hotline.casefile import DraftedReply
from hotline.draft import Draft
from hotline.errors import NotAvailable
from hotline.procedure import Procedure


def draft_reply(draft: Draft) -> None:
    """The form is kept for the head, who sends it, changes it or gives it back."""
    assert draft.action is not None
    drafted = DraftedReply(
        action=draft.action.name.removeprefix("draft_"),
        inputs=draft.inputs,
        unit_id=draft.own_part().unit_id,
        by=draft.actor.staff_id,
        name=draft.actor.name,
        at=draft.now,
    )
    draft.set(pending=msgspec.structs.replace(draft.case.pending, reply=drafted))


def return_draft(draft: Draft) -> None:
    """The head gives the draft back: its text stays for whoever goes on with it."""
    drafted = draft.case.pending.reply
    if drafted is None:
        raise NotAvailable("没有待审签的答复")
    returned = msgspec.structs.replace(drafted, returned=draft.inputs["reason"])
    draft.set(pending=msgspec.structs.replace(draft.case.pending, reply=returned))


def lapse(draft: Draft, rules: Procedure) -> None:
    """No answer, no draft: the lead has answered, lost the case, or is not asked any more.

    It is asked as long as a clock runs that the answer would end.
    """
    drafted, lead = draft.case.pending.reply, draft.case.lead
    if drafted is None:
        return
    asked = any(drafted.action in rules.clock(one.name).ends for one in draft.case.open_clocks)
    if not asked or lead is None or lead.replied_at or lead.unit_id != drafted.unit_id:
        draft.set(pending=msgspec.structs.replace(draft.case.pending, reply=None))


COUNTERSIGNING: tuple[Callable[[Draft], None], ...] = (draft_reply, return_draft)
