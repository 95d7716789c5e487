"""Texts leave once: through crashes, two workers, slow gateways and late receipts."""

import asyncio
import signal
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dispatch.office import Office, clock
from dispatch.outbox import BACK_OFF, deliver_waiting, note_receipt
from dispatch.sms.provider import (
    Accepted,
    OutSms,
    Rejected,
    SendResult,
    Throttled,
    Unknown,
)
from hotline.messages import MessageState
from tests.makers import MONDAY

PARAMS = {
    "number": "2603090000017",
    "lookup_code": "ABCD2345",
    "state": "已受理",
    "due_on": "2026-03-23",
    "provisional": False,
}


@dataclass
class Carrier:
    """A provider of the tests: answers what it is told to, and remembers what it was given."""

    answers: list[SendResult] = field(default_factory=list)
    sent: list[OutSms] = field(default_factory=list)
    name: str = "sim"

    async def send(self, sms: OutSms) -> SendResult:
        self.sent.append(sms)
        await asyncio.sleep(0)
        return self.answers.pop(0) if self.answers else Accepted("p1")


class Killed(BaseException):
    """The process ends here: nothing after it runs."""


class Deadly(Carrier):
    """The process dies while it hands over."""

    async def send(self, sms: OutSms) -> SendResult:
        self.sent.append(sms)
        raise Killed


@pytest.fixture(autouse=True)
async def nothing_waits(office: Office) -> None:
    await office.pool.execute("truncate message, opt_out, inbound_message")


async def a_text(office: Office, **changes: Any) -> int:
    values = {
        "dedupe_key": f"key{await office.pool.fetchval('select count(*) from message')}",
        "channel": "sms",
        "purpose": "service",
        "template": "citizen/accepted",
        "params": PARAMS,
        "phone": "+8613800001234",
        "next_at": MONDAY,
        "not_after": MONDAY + timedelta(hours=48),
        "created_at": MONDAY,
        **changes,
    }
    places = ", ".join(f"${i}" for i in range(1, len(values) + 1))
    key: int = await office.pool.fetchval(
        f"insert into message ({', '.join(values)}) values ({places}) returning id",
        *values.values(),
    )
    return key


async def row(office: Office, key: int) -> dict[str, Any]:
    found = await office.pool.fetchrow("select * from message where id = $1", key)
    assert found is not None
    return dict(found)


async def test_a_text_is_sent_signed_and_kept_with_its_parts(office: Office) -> None:
    key, carrier = await a_text(office), Carrier()
    assert await deliver_waiting(office, MONDAY, provider=carrier) == 1
    sent = await row(office, key)
    assert (sent["state"], sent["provider_id"], sent["parts"]) == ("accepted", "p1", 2)
    assert sent["sent_at"] == MONDAY and sent["next_at"] is None
    assert sent["body"].startswith("【云州12345】您的诉求已受理，工单号2603090000017，")
    assert "2026年3月23日" in sent["body"]
    assert carrier.sent == [OutSms(key, "+8613800001234", sent["body"])]


async def test_what_is_not_yet_due_waits(office: Office) -> None:
    await a_text(office, next_at=MONDAY + timedelta(seconds=1))
    assert await deliver_waiting(office, MONDAY, provider=Carrier()) == 0


async def test_a_kill_between_the_mark_and_the_answer_resends_nothing(office: Office) -> None:
    key, deadly, carrier = await a_text(office), Deadly(), Carrier()
    with pytest.raises(Killed):
        await deliver_waiting(office, MONDAY, provider=deadly)
    assert (await row(office, key))["state"] == "sending"
    for minutes in (1, 3, 20, 60 * 24):
        await deliver_waiting(office, MONDAY + timedelta(minutes=minutes), provider=carrier)
    assert carrier.sent == []
    left = await row(office, key)
    assert (left["state"], left["next_at"]) == ("unknown", None)
    assert "人工" in left["error"]


# A worker that notes each text it hands over, and is killed in the middle of its tenth.
DOOMED = """
import asyncio, os, signal, sys
from dataclasses import replace
from dispatch.office import clock, open_office
from dispatch.outbox import deliver_waiting
from dispatch.sms.provider import Accepted
from hotline.settings import settings_from

class Doomed:
    name, handed_over = "sim", 0

    async def send(self, sms):
        print(sms.id, flush=True)
        self.handed_over += 1
        if self.handed_over == 10:
            os.kill(os.getpid(), signal.SIGKILL)
        return Accepted()

async def main():
    settings = replace(settings_from({}), database_url=sys.argv[1], redis_url=None)
    async with open_office(settings) as office:
        await deliver_waiting(office, clock(), provider=Doomed())

asyncio.run(main())
"""


async def test_a_worker_killed_for_real_sends_nothing_twice(office: Office) -> None:
    now = clock()
    keys = [
        await a_text(office, next_at=now, created_at=now, not_after=now + timedelta(hours=48))
        for _ in range(30)
    ]
    doomed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DOOMED, office.settings.database_url or "",
        stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    printed, _ = await doomed.communicate()
    assert doomed.returncode == -signal.SIGKILL
    handed_over = [int(line) for line in printed.split()]
    assert len(handed_over) == 10
    survivor = Carrier()
    for minutes in (0, 1, 5, 30):
        await deliver_waiting(office, clock() + timedelta(minutes=minutes), provider=survivor)
    sent = handed_over + [sms.id for sms in survivor.sent]
    assert len(sent) == len(set(sent)) == 20
    states = Counter([(await row(office, key))["state"] for key in keys])
    # The twenty that the dead one had in hand are left to a person; the others went out.
    assert states["accepted"] >= 10 and states["accepted"] + states["unknown"] == 30


async def test_several_deliverers_at_once_send_each_text_once(office: Office) -> None:
    keys = [await a_text(office) for _ in range(90)]
    carriers = [Carrier() for _ in range(4)]
    counts = await asyncio.gather(
        *(deliver_waiting(office, MONDAY, provider=carrier) for carrier in carriers)
    )
    assert sum(counts) == 90
    assert Counter(sms.id for c in carriers for sms in c.sent) == Counter(keys)


async def test_a_gateway_that_is_down_is_tried_again_later_and_later_then_given_up(
    office: Office,
) -> None:
    key = await a_text(office)
    carrier = Carrier(answers=[Rejected("网关连接不上")] * 9)
    now = MONDAY
    for wait in BACK_OFF:
        await deliver_waiting(office, now, provider=carrier)
        tried = await row(office, key)
        assert (tried["state"], tried["next_at"]) == ("queued", now + wait)
        await deliver_waiting(office, now + wait - timedelta(seconds=1), provider=carrier)
        now += wait
    await deliver_waiting(office, now, provider=carrier)
    given_up = await row(office, key)
    assert (given_up["state"], given_up["next_at"]) == ("failed", None)
    assert given_up["error"] == "网关连接不上"
    assert len(carrier.sent) == len(BACK_OFF) + 1


async def test_a_busy_gateway_says_when_and_that_is_no_failed_try(office: Office) -> None:
    key, later = await a_text(office), timedelta(seconds=7)
    carrier = Carrier(answers=[Throttled(later)] * 8)
    for n in range(8):
        await deliver_waiting(office, MONDAY + n * later, provider=carrier)
    assert (await row(office, key))["state"] == "queued"
    await deliver_waiting(office, MONDAY + 8 * later, provider=carrier)
    assert (await row(office, key))["state"] == "accepted"


@pytest.mark.parametrize("result", [Unknown("没有答复"), Rejected("空号", permanent=True)])
async def test_what_may_have_left_or_never_will_is_not_tried_again(
    office: Office, result: SendResult
) -> None:
    await a_text(office)
    carrier = Carrier(answers=[result])
    for hours in range(5):
        await deliver_waiting(office, MONDAY + timedelta(hours=hours), provider=carrier)
    assert len(carrier.sent) == 1


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"phone": "+865998881234"}, "suppressed"),
        ({"phone": "12345"}, "suppressed"),
        ({"not_after": MONDAY - timedelta(seconds=1)}, "expired"),
        ({"params": {}}, "failed"),
        ({"template": "citizen/none"}, "failed"),
        ({"params": {**PARAMS, "number": "长" * 300}}, "failed"),
    ],
)
async def test_what_must_not_be_sent_is_kept_with_its_reason(
    office: Office, changes: dict[str, Any], state: str
) -> None:
    key, carrier = await a_text(office, **changes), Carrier()
    await deliver_waiting(office, MONDAY, provider=carrier)
    kept = await row(office, key)
    assert kept["state"] == state and kept["error"] and kept["next_at"] is None
    assert carrier.sent == []


async def test_who_opted_out_gets_no_question_but_still_the_answer(office: Office) -> None:
    await office.pool.execute("insert into opt_out (phone) values ('+8613800001234')")
    asked = await a_text(office, purpose="rating", template="citizen/rating")
    told = await a_text(office, template="citizen/answered")
    await deliver_waiting(office, MONDAY, provider=Carrier())
    assert (await row(office, asked))["state"] == "suppressed"
    assert (await row(office, told))["state"] == "accepted"


async def test_receipts_only_go_forward_whatever_their_order(office: Office) -> None:
    key = await a_text(office)
    await deliver_waiting(office, MONDAY, provider=Carrier())

    async def receipt(state: MessageState, now: datetime = MONDAY) -> bool:
        return await note_receipt(office.pool, key, state, provider="sim", now=now)

    assert await receipt(MessageState.DELIVERED)
    assert not await receipt(MessageState.ACCEPTED)
    assert not await receipt(MessageState.FAILED)
    assert not await receipt(MessageState.DELIVERED, MONDAY + timedelta(hours=1))
    assert (await row(office, key))["delivered_at"] == MONDAY
    assert not await note_receipt(
        office.pool, key + 1, MessageState.DELIVERED, provider="sim", now=MONDAY
    )


async def test_a_receipt_settles_what_was_unknown(office: Office) -> None:
    key = await a_text(office)
    await deliver_waiting(office, MONDAY, provider=Carrier(answers=[Unknown("没有答复")]))
    foreign = await note_receipt(
        office.pool, key, MessageState.DELIVERED, provider="kannel", now=MONDAY
    )
    assert not foreign
    assert await note_receipt(office.pool, key, MessageState.DELIVERED, provider="sim", now=MONDAY)
    assert (await row(office, key))["state"] == "delivered"


async def test_a_receipt_that_overtakes_the_answer_stays(office: Office) -> None:
    key = await a_text(office)

    class Overtaken(Carrier):
        async def send(self, sms: OutSms) -> SendResult:
            await note_receipt(
                office.pool, sms.id, MessageState.DELIVERED, provider="sim", now=MONDAY
            )
            return await super().send(sms)

    await deliver_waiting(office, MONDAY, provider=Overtaken())
    sent = await row(office, key)
    assert sent["state"] == "delivered" and "2603090000017" in sent["body"]
