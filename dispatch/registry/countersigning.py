"""Whether the head of a unit signs what its clerks answer (负责人审签): a switch of the unit."""

from dispatch.office import Office
from dispatch.registry.changes import change_of_register, record, yes_or_no
from hotline.errors import NotFound, NotPermitted
from hotline.people import Actor, Role


async def set_countersigned(office: Office, unit_id: int, *, asked: bool, actor: Actor) -> None:
    """Ask for the head's signature, or no longer. Raises NotPermitted, NotFound.

    The head decides for the own unit and those below it, the administrator for any.
    """
    if not actor.has(Role.ADMIN) and unit_id not in actor.unit_ids:
        raise NotPermitted("只能设置本单位及下级单位。")
    async with change_of_register(office, Role.ADMIN, Role.UNIT_HEAD, actor=actor) as connection:
        row = await connection.fetchrow(
            "select code, name, countersigned from unit where id = $1 for update", unit_id
        )
        if row is None:
            raise NotFound("没有这个单位。")
        await connection.execute("update unit set countersigned = $2 where id = $1", unit_id, asked)
        await record(
            connection,
            actor=actor,
            subject=f"单位 {row['code']} {row['name']}",
            action="修改",
            before={"答复须经负责人审签": yes_or_no(row["countersigned"])},
            after={"答复须经负责人审签": yes_or_no(asked)},
        )
