"""The papers (文书) that the actions print, by the kinds that print them, as data."""

from hotline.errors import NotFound
from hotline.paper import Paper
from hotline.papers import (
    challenge,
    citizen,
    complaint,
    customs,
    leader,
    petition,
    public_service,
)

PAPERS: dict[str, Paper] = {
    paper.name: paper
    for group in (citizen, leader, petition, challenge, complaint, customs, public_service)
    for paper in group.PAPERS
}


def paper(name: str) -> Paper:
    """The paper of that name; NotFound where there is none."""
    found = PAPERS.get(name)
    if found is None:
        raise NotFound
    return found
