"""Whether this process can work: database, queue and a living worker."""

import asyncio
from typing import Any

import asyncpg
import msgspec
from litestar import Response, Router, get
from litestar.status_codes import HTTP_200_OK, HTTP_503_SERVICE_UNAVAILABLE
from redis.asyncio import Redis
from redis.exceptions import RedisError

from dispatch.office import Office
from web.given import PUBLIC, TheOffice

WORKER_SECONDS = 30
_PATIENCE_SECONDS = 2.0


class Health(msgspec.Struct):
    """Each part: "ok", or what is missing."""

    status: str
    database: str
    queue: str
    worker: str


@get("/health", opt={**PUBLIC, "anonymous": True})
async def show_health(office: TheOffice) -> Response[Any]:
    """200 only when database, queue and a recent heartbeat of a worker are there."""
    (database, worker), queue = await asyncio.gather(_database(office), _queue(office))
    well = database == queue == worker == "ok"
    return Response(
        msgspec.json.encode(Health("ok" if well else "unavailable", database, queue, worker)),
        status_code=HTTP_200_OK if well else HTTP_503_SERVICE_UNAVAILABLE,
        media_type="application/json",
    )


async def _database(office: Office) -> tuple[str, str]:
    """What the database says of itself and of the worker."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            alive = await office.worker_seen(within=float(WORKER_SECONDS))
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return "unreachable", "unknown"
    return "ok", "ok" if alive else f"no heartbeat within {WORKER_SECONDS} seconds"


async def _queue(office: Office) -> str:
    if not office.settings.redis_url:
        return "not configured"
    client = Redis.from_url(office.settings.redis_url, socket_timeout=_PATIENCE_SECONDS)
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await client.ping()
    except (OSError, TimeoutError, RedisError):
        return "unreachable"
    finally:
        await client.aclose()
    return "ok"


router = Router("/", route_handlers=[show_health])
