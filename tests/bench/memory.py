"""What the processes hold in memory: the web process after requests, the worker after a while."""

import asyncio

from tests.bench.ground import Ground, web, worker
from tests.bench.intake import CLIENTS, intake_requests
from tests.bench.load import drive


def measure(here: Ground) -> list[str]:
    """Resident megabytes of one web process after a few thousand intakes, and of the worker."""
    with worker(here) as working, web(here, processes=1) as server:
        asyncio.run(drive(server.port, intake_requests(here), clients=CLIENTS, seconds=5))
        return [
            "| process | resident |",
            "| --- | --- |",
            f"| web | {server.memory_megabytes():.0f} MB |",
            f"| worker | {working.memory_info().rss / 1e6:.0f} MB |",
        ]
