"""The procedures in force, one file each, as data."""

from hotline.errors import NotFound
from hotline.procedure import Procedure
from hotline.procedures.assessment import ASSESSMENT
from hotline.procedures.challenge import CHALLENGE
from hotline.procedures.citizen import CITIZEN
from hotline.procedures.complaint import COMPLAINT
from hotline.procedures.joint_service import JOINT_SERVICE
from hotline.procedures.leader import LEADER
from hotline.procedures.method_change import METHOD_CHANGE
from hotline.procedures.petition import PETITION
from hotline.procedures.price_query import PRICE_QUERY
from hotline.procedures.supply_breach import SUPPLY_BREACH

PROCEDURES: dict[str, Procedure] = {
    procedure.kind: procedure
    for procedure in (
        CITIZEN,
        LEADER,
        PETITION,
        PRICE_QUERY,
        METHOD_CHANGE,
        ASSESSMENT,
        SUPPLY_BREACH,
        JOINT_SERVICE,
        CHALLENGE,
        COMPLAINT,
    )
}


def procedure(kind: str) -> Procedure:
    """The procedure of the kind; NotFound where there is none."""
    found = PROCEDURES.get(kind)
    if found is None:
        raise NotFound(f"没有“{kind}”这种事项")
    return found
