"""Fills an empty database with the demonstration city: 云州市, its people and their cases.

Cases of the last three weeks stand in every stage now. Their history was made by the real moves
(`dispatch.demo_story`), their texts count as delivered long ago: nothing of it is sent again.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from dispatch import record
from dispatch.db import Connection, transaction
from dispatch.demo_articles import write_demo_articles
from dispatch.demo_city import DemoRequest, city, requests
from dispatch.demo_life import PACE, Cast
from dispatch.demo_meeting import hold_a_meeting
from dispatch.demo_scenes import scene_lives
from dispatch.demo_story import Story
from dispatch.office import Office
from dispatch.reference import publish, read_rulebook
from dispatch.sign_in import DEMO_PASSWORD, actor_of, hash_password
from dispatch.texts import render
from dispatch.ties import write_ties
from hotline.calendar import in_shanghai
from hotline.calls import Disposition
from hotline.numbers import case_number, normalise_phone
from hotline.people import Actor, Role
from hotline.rulebook import Rulebook
from hotline.sms_parts import parts
from hotline.transition import Move

SEED = 12345
COUNT = 360
SPAN = timedelta(days=21)
_TRIALS = 8

# So many cases are made to stand in a stage now, after so many hours of waiting there.
WAITING: Mapping[str, tuple[int, tuple[float, float]]] = {
    "registered": (6, (0.1, 8)),
    "refused": (5, (2, 60)),
    "accepted": (14, (0.05, 5)),
    "dispatched": (18, (0.1, 22)),
    "objected": (8, (0.2, 9)),
    "handling": (60, (0.5, 150)),
    "replied": (16, (0.1, 18)),
    "answered": (22, (0.5, 90)),
    "called_back": (9, (0.5, 40)),
}


async def fill(office: Office, *, now: datetime, seed: int = SEED, count: int = COUNT) -> bool:
    """Fill the database; False, and nothing done, where it has units already."""
    async with transaction(office.pool) as connection:
        await connection.execute("lock table unit in share row exclusive mode")
        if await connection.fetchval("select exists (select 1 from unit)"):
            return False
        await write_city(connection)
        rulebook = await read_rulebook(connection)
        cast = await _cast(connection, rulebook)
        lives = await _lives(connection, cast, now=now, rng=random.Random(seed), count=count)
        played = await scene_lives(connection, cast, now=now, rng=random.Random(seed))
        await record.write_many(connection, [*lives, *played])
        await write_ties(connection, [moved for moves in played for moved in moves])
        await _mark_texts_delivered(connection, office.settings.sms_signature)
        await _write_calls(connection, lives, cast, now=now, rng=random.Random(seed))
        await write_demo_articles(connection, now=now)
    office.reference.forget()
    await hold_a_meeting(office, now=now)
    return True


async def write_city(connection: Connection) -> None:
    """Units, classification, places, the dispatch catalogue and the accounts."""
    town = city()
    ids: dict[str, int] = {}
    for unit in sorted(town.units, key=lambda one: bool(one.parent_code)):
        ids[unit.code] = await connection.fetchval(
            "insert into unit (code, name, short_name, kind, parent_id)"
            " values ($1, $2, $3, $4, $5) returning id",
            unit.code,
            unit.name,
            unit.short_name,
            unit.kind,
            ids.get(unit.parent_code),
        )
    await connection.executemany(
        "insert into category (code, parent, name) values ($1, $2, $3)",
        [(one.code, one.parent_code, one.name) for one in town.categories],
    )
    await connection.executemany(
        "insert into place (code, parent, name) values ($1, $2, $3)",
        [(one.code, one.parent_code, one.name) for one in town.places],
    )
    await connection.executemany(
        "insert into responsibility (category, place, unit_id, valid_from, valid_until, basis)"
        " values ($1, $2, $3, $4, $5, $6)",
        [
            (
                line.category_code,
                line.place_code,
                ids[line.unit_code],
                line.valid_from,
                line.valid_until,
                line.basis,
            )
            for line in town.responsibilities
        ],
    )
    # One hash for all: the password is published anyway, and each hash costs 30 ms.
    kept = hash_password(DEMO_PASSWORD)
    await connection.executemany(
        "insert into staff (sign_in, name, unit_id, roles, job_title, password_hash, demo)"
        " values ($1, $2, $3, $4, $5, $6, true)",
        [
            (one.sign_in, one.name, ids[one.unit_code], list(one.roles), one.job_title, kept)
            for one in town.staff
        ],
    )
    # Every agent has a telephone: 8001, 8002, …
    await connection.execute(
        """
        update staff set extension = (8000 + n.place)::text
        from (select id, row_number() over (order by sign_in) as place
              from staff where $1 = any(roles)) n
        where staff.id = n.id
        """,
        Role.AGENT,
    )
    await publish(connection)


async def _cast(connection: Connection, rulebook: Rulebook) -> Cast:
    rows = await connection.fetch("select id, name, unit_id, roles from staff order by id")
    actors = [actor_of(row, rulebook) for row in rows]
    centre = {role: tuple(one for one in actors if one.has(role)) for role in Role}
    clerks = {one.unit_id: one for one in actors if one.has(Role.CLERK) and one.unit_id}
    return Cast(centre, clerks, city().remarks, rulebook)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a case is to become: its requester, its beginning, and where it stands now."""

    request: DemoRequest
    opened_at: datetime
    halt: str
    seed: int

    def life(self, cast: Cast, *, number: str, now: datetime) -> Story:
        rng = random.Random(self.seed)
        return Story(cast, rng, self.opened_at, now, number, self.halt, request=self.request)


async def _lives(
    connection: Connection, cast: Cast, *, now: datetime, rng: random.Random, count: int
) -> list[list[Move]]:
    """The moves of every case, the oldest case first, so that numbers grow with time."""
    plans = sorted(_plans(cast, now=now, rng=rng, count=count), key=lambda plan: plan.opened_at)
    serials = await connection.fetch(
        "select nextval('case_serial') as serial from generate_series(1, $1)", len(plans)
    )
    return [
        plan.life(
            cast,
            number=case_number(in_shanghai(plan.opened_at).date(), row["serial"]),
            now=now,
        ).live()
        for plan, row in zip(plans, serials, strict=True)
    ]


def _plans(cast: Cast, *, now: datetime, rng: random.Random, count: int) -> Iterator[_Plan]:
    told = iter(requests(rng.randrange(1_000_000), count))
    wanted = Counter({stage: many for stage, (many, _) in WAITING.items()})
    share = min(1.0, count / COUNT)
    halts = [stage for stage, many in wanted.items() for _ in range(max(1, round(many * share)))]
    for halt in halts[:count]:
        request = next(told)
        yield _standing_in(halt, request, cast, now=now, rng=rng)
    for request in told:
        opened_at = _in_the_day(
            now - timedelta(hours=rng.uniform(2, SPAN.total_seconds() / 3600)), rng
        )
        yield _Plan(request, min(opened_at, now - timedelta(minutes=20)), "", rng.getrandbits(32))


def _standing_in(
    halt: str, request: DemoRequest, cast: Cast, *, now: datetime, rng: random.Random
) -> _Plan:
    """A case that reaches the stage before now: lived beforehand to see how long that takes."""
    waited = timedelta(hours=rng.uniform(*WAITING[halt][1]) * PACE[request.urgency])
    plan = _Plan(request, now - timedelta(days=60), halt, rng.getrandbits(32))
    for _ in range(_TRIALS):
        life = plan.life(cast, number="0" * 13, now=now)
        life.live()
        if life.reached_at is None:
            # This story went another way, or had too little time.
            earlier = plan.opened_at - timedelta(hours=9)
            plan = replace(plan, opened_at=earlier, seed=rng.getrandbits(32))
        elif now - life.reached_at > waited + timedelta(days=2):
            plan = replace(plan, opened_at=plan.opened_at + (now - life.reached_at) - waited)
        else:
            break
    return plan


def _in_the_day(at: datetime, rng: random.Random) -> datetime:
    """Most calls come by day, some at night."""
    here = in_shanghai(at)
    if here.time() >= time(7, 30) or rng.random() < 0.1:
        return at
    return at + timedelta(hours=8)


async def _mark_texts_delivered(connection: Connection, signature: str) -> None:
    """The texts of the invented past were delivered then; none of them leaves now."""
    rows = await connection.fetch(
        "select id, template, params from message where channel = 'sms' and next_at is not null"
    )
    texts = [
        (row["id"], f"【{signature}】{render(row['template'], row['params'])}") for row in rows
    ]
    await connection.executemany(
        """
        update message set state = 'delivered', next_at = null, provider = 'sim', attempts = 1,
          provider_id = 'demo-' || id, body = $2, parts = $3,
          sent_at = created_at + interval '2 seconds',
          delivered_at = created_at + interval '5 seconds'
        where id = $1
        """,
        [(key, body, parts(body)) for key, body in texts],
    )


async def _write_calls(
    connection: Connection,
    lives: Sequence[Sequence[Move]],
    cast: Cast,
    *,
    now: datetime,
    rng: random.Random,
) -> None:
    """The conversation behind each case, and those that needed no case."""
    rows = [_call_of_case(moves[0]) for moves in lives if moves[0].after.channel == "phone"]
    agents = cast.centre[Role.AGENT]
    for answer in city().answers:
        rows.append(
            _call(rng.choice(agents), _some_time(now, rng), Disposition.ANSWERED, rng=rng)
            | {
                "request_type": "inquiry",
                "category": answer.category,
                "subject": answer.question[:100],
                "answer": answer.answer,
            }
        )
    for refusal in city().refusals:
        ending = {"explain": "explained"}.get(refusal.ground, refusal.ground)
        rows.append(
            _call(rng.choice(agents), _some_time(now, rng), Disposition(ending), rng=rng)
            | {
                "category": refusal.category,
                "subject": refusal.title,
                "answer": refusal.answer,
                "ground": refusal.channel,
            }
        )
    rows.sort(key=lambda row: row["at"])  # type: ignore[arg-type, return-value]
    await connection.execute(
        """
        insert into call (at, agent_id, phone, name, anonymous, confidential, disposition,
          request_type, category, subject, answer, ground, case_id)
        select r.at, r.agent_id, r.phone, r.name, r.anonymous, r.confidential, r.disposition,
          r.request_type, r.category, r.subject, r.answer, r.ground, c.id
        from jsonb_to_recordset($1::jsonb) as r(at timestamptz, agent_id bigint, phone text,
          name text, anonymous bool, confidential bool, disposition text, request_type text,
          category text, subject text, answer text, ground text, number text)
        left join "case" c on c.number = r.number
        order by r.at
        """,
        rows,
    )


def _call_of_case(opening: Move) -> dict[str, object]:
    case = opening.after
    return {
        "at": opening.event.at,
        "agent_id": opening.event.actor_id,
        "phone": case.requester_phone,
        "name": case.requester_name,
        "anonymous": case.anonymous,
        "confidential": case.confidential,
        "disposition": Disposition.CASE,
        "request_type": case.request_type,
        "category": case.category,
        "subject": case.title,
        "answer": "",
        "ground": "",
        "number": case.number,
    }


def _call(
    agent: Actor, at: datetime, disposition: Disposition, *, rng: random.Random
) -> dict[str, object]:
    return {
        "at": at,
        "agent_id": agent.staff_id,
        "phone": normalise_phone(f"1380000{rng.randrange(10_000):04d}"),
        "name": "",
        "anonymous": False,
        "confidential": False,
        "disposition": disposition,
        "request_type": "",
        "category": "",
        "subject": "",
        "answer": "",
        "ground": "",
        "number": None,
    }


def _some_time(now: datetime, rng: random.Random) -> datetime:
    return _in_the_day(now - timedelta(hours=rng.uniform(9, SPAN.total_seconds() / 3600)), rng)
