"""A light HTTP client: many keep-alive connections in one process, little CPU of its own."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """What a run of requests came to."""

    answered: int
    refused: int
    seconds: float
    slowest_ms: float
    bytes: int

    @property
    def rate(self) -> float:
        """Answers with status 2xx per second."""
        return self.answered / self.seconds


def request(method: str, path: str, token: str, body: bytes = b"", **headers: str) -> bytes:
    """The bytes of one HTTP/1.1 request with a bearer token."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def drive(
    port: int, next_request: Callable[[], bytes | None], *, clients: int, seconds: float
) -> Load:
    """Send requests from `clients` connections, each waiting for its answer, for `seconds`.

    `next_request` gives the next one, or None when there is nothing left to send.
    """
    until = time.perf_counter() + seconds
    answered = refused = received = 0
    slowest = 0.0

    async def client() -> None:
        nonlocal answered, refused, received, slowest
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while time.perf_counter() < until and (sent := next_request()) is not None:
                started = time.perf_counter()
                writer.write(sent)
                status, length = await _answer(reader)
                received += length
                slowest = max(slowest, time.perf_counter() - started)
                if 200 <= status < 300:
                    answered += 1
                else:
                    refused += 1
        finally:
            writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return Load(answered, refused, time.perf_counter() - started, slowest * 1000, received)


async def _answer(reader: asyncio.StreamReader) -> tuple[int, int]:
    """The status of one answer, and the bytes of its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = 0
    if b"\r\ncontent-length:" in head:
        length = int(head.split(b"\r\ncontent-length:", 1)[1].split(b"\r\n", 1)[0])
        await reader.readexactly(length)
    return int(head[9:12]), length
