"""A joint meeting (联席会议) of the demonstration, held two hours ago, its decisions carried out.

It is held through the same door as any other, when the city stands: cases whose unit has objected
stay where they are and cases that nobody had yet find their unit, for good.
"""

from datetime import datetime, timedelta

from dispatch.meetings import Matter, Minutes, hold
from dispatch.office import Office
from dispatch.sign_in import actor_of
from hotline.calendar import in_shanghai
from hotline.people import Actor, Role
from hotline.procedures.citizen import CITIZEN
from hotline.routing import suggest

_PLACE = "市民服务中心二楼会商室"
_CONVENOR = "市政务服务办副主任"
_MINUTES = (
    "会议听取了热线中心关于职责交叉工单的情况汇报，逐件研究了主办单位和协办单位。\n"
    "一、有明确主管部门的，由主管部门主办，属地协办，不得再行退回。\n"
    "二、主办单位收到后一个工作日内联系诉求人，说明办理打算。"
)
_REASONS = {
    "objected": "主管部门职责明确，由其主办，不得再提异议。",
    "accepted": "职责交叉，经会商由该单位主办。",
}


async def hold_a_meeting(office: Office, *, now: datetime) -> int | None:
    """Write the meeting down; gives its key, or None where no case waits to be decided about."""
    rulebook = await office.rulebook()
    supervisor = await _supervisor(office)
    rows = await office.pool.fetch(
        """
        select number, stage, lead_unit_id, category, place
        from (select c.*, row_number() over (partition by stage order by id) as nth
          from "case" c where kind = $1 and stage = any($2::text[]) and not confidential) waiting
        where nth <= 2 order by number
        """,
        CITIZEN.kind,
        [*_REASONS],
    )
    matters: list[Matter] = []
    for row in rows:
        # Whoever objected keeps it; for the others the catalogue has a unit to propose.
        named = suggest(
            rulebook, category=row["category"], place=row["place"], on=in_shanghai(now).date()
        )
        lead = row["lead_unit_id"] or (named[0].unit_id if named else None)
        if lead is not None:
            unit = rulebook.units[lead]
            matters.append(
                Matter(number=row["number"], lead_unit=unit.code, reason=_REASONS[row["stage"]])
            )
    if supervisor is None or not matters:
        return None
    minutes = Minutes(
        held_at=(now - timedelta(hours=2)).replace(minute=0, second=0, microsecond=0),
        place=_PLACE,
        convenor=_CONVENOR,
        attendees=tuple(dict.fromkeys(matter.lead_unit for matter in matters)),
        minutes=_MINUTES,
        matters=tuple(matters),
    )
    return await hold(office, minutes, actor=supervisor, now=now)


async def _supervisor(office: Office) -> Actor | None:
    row = await office.pool.fetchrow(
        "select id, name, unit_id, roles from staff where $1 = any(roles) order by id limit 1",
        Role.SUPERVISOR.value,
    )
    return actor_of(row, await office.rulebook()) if row else None
