"""`/health` says 200 only when database, queue and a living worker are there."""

from dispatch.office import Office
from tests.web.conftest import ClientAs


async def test_health_wants_a_worker_that_lives(client_as: ClientAs, office: Office) -> None:
    anybody = await client_as()
    answer = await anybody.get("/health")
    assert answer.status_code == 503
    assert (answer.json()["database"], answer.json()["queue"]) == ("ok", "ok")
    assert "heartbeat" in answer.json()["worker"]
    beat = (
        "insert into heartbeat (process, kind, at)"
        " values ($1, 'worker', now() - $2 * interval '1 s')"
    )
    await office.pool.execute(beat, "gone", 120)
    assert (await anybody.get("/health")).status_code == 503
    await office.pool.execute(beat, "alive", 1)
    answer = await anybody.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
