"""What changed, told to the screens of this process: one LISTEN connection, many listeners."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec
import structlog

from dispatch.background import going_on
from dispatch.bell import CHANNEL, PHONE_CHANNEL

AGAIN_SECONDS = (1.0, 2.0, 5.0, 10.0)
"""How long to wait before each try to reach a lost database; the last one repeats."""

log = structlog.get_logger()


class Listener:
    """One screen. However much happens while it is busy, it hears once that something did."""

    def __init__(self, number: str | None, staff_id: int | None = None) -> None:
        self.number = number
        self.staff_id = staff_id
        self._news: set[str] = set()
        self._heard = asyncio.Event()

    def tell(self, numbers: frozenset[str]) -> None:
        """Cases changed; an empty set stands for any case."""
        if self.number is None or not numbers or self.number in numbers:
            self._note("case")

    def tell_phone(self, staff_ids: frozenset[int]) -> None:
        """The telephone of these people rings or stops; of an empty set, anybody's may."""
        if not staff_ids or self.staff_id in staff_ids:
            self._note("ring")
        self._note("missed")

    def _note(self, word: str) -> None:
        self._news.add(word)
        self._heard.set()

    async def changed(self, *, within: float) -> bool:
        """Whether a case changed within so many seconds."""
        return bool(await self.heard(within=within, among=frozenset({"case"})))

    async def heard(self, *, within: float, among: frozenset[str]) -> frozenset[str]:
        """Which of these happened: "case", "ring" (one's own telephone), "missed" (a call of
        anybody's changed); empty where none did within so many seconds."""
        until = asyncio.get_running_loop().time() + within
        while not (found := frozenset(self._news & among)):
            self._heard.clear()
            left = until - asyncio.get_running_loop().time()
            try:
                await asyncio.wait_for(self._heard.wait(), max(left, 0))
            except TimeoutError:
                return frozenset()
        self._news -= found
        return found


@asynccontextmanager
async def open_hub(database_url: str) -> AsyncIterator["Hub"]:
    """A hub that hears until left."""
    hub = Hub(database_url)
    async with going_on(hub.listen(), name="hub"):
        yield hub


class Hub:
    """Hears the bell of every process through the database."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._listeners: set[Listener] = set()

    @asynccontextmanager
    async def listener(
        self, number: str | None = None, *, staff_id: int | None = None
    ) -> AsyncIterator[Listener]:
        """Hear of one case, or of all of them; and of the telephone of this person."""
        listener = Listener(number, staff_id)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def listen(self) -> None:
        """Hear the database, and find it again when it was lost, without end."""
        tries = 0
        while True:
            try:
                async with self._connected() as lost:
                    if tries:
                        log.warning("hub: the database is back", tries=tries)
                        tries = 0
                    await lost.wait()
                fault = "connection lost"
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as refusal:
                fault = type(refusal).__name__
            # However long it lasts, it is one event: the next line says that it is over.
            if not tries:
                log.warning("hub: lost the database", error=fault)
            await asyncio.sleep(AGAIN_SECONDS[min(tries, len(AGAIN_SECONDS) - 1)])
            tries += 1

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncio.Event]:
        """Listen until left; the event is set when the connection has died."""
        lost = asyncio.Event()
        connection = await asyncpg.connect(self._url)
        try:
            connection.add_termination_listener(lambda *_: lost.set())
            await connection.add_listener(CHANNEL, self._on)
            await connection.add_listener(PHONE_CHANNEL, self._on_phone)
            # What was rung while nobody listened is lost: everybody looks again.
            self._tell(frozenset())
            self._tell_phone(frozenset())
            yield lost
        finally:
            connection.terminate()

    def _on(self, connection: Any, pid: int, channel: str, payload: object) -> None:
        try:
            numbers = msgspec.json.decode(str(payload), type=frozenset[str])
        except msgspec.MsgspecError:
            numbers = frozenset()
        self._tell(numbers)

    def _on_phone(self, connection: Any, pid: int, channel: str, payload: object) -> None:
        try:
            staff_ids = msgspec.json.decode(str(payload), type=frozenset[int])
        except msgspec.MsgspecError:
            staff_ids = frozenset()
        # What concerns nobody in particular is the list of missed calls.
        self._tell_phone(staff_ids or frozenset({0}))

    def _tell_phone(self, staff_ids: frozenset[int]) -> None:
        for listener in self._listeners:
            listener.tell_phone(staff_ids)

    def _tell(self, numbers: frozenset[str]) -> None:
        for listener in self._listeners:
            listener.tell(numbers)
