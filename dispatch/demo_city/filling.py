"""How the slots of a matter become a case: a place, its roads and shops, somebody who calls."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from dispatch.demo_city.records import DemoCity, DemoPlace, DemoRequest, Matter, slots

# Reserved for this invented city: 1380000xxxx, written by nothing else in the demonstration.
PHONE_PREFIX = "1380000"

REPLY_DAYS = ("contact_day", "visit_day", "done_day", "plan_day")

_CITY_DISTRICTS = ("990101", "990102", "990103", "990104")

_FAMILY_NAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾"
_TITLES = ("女士", "先生")

# How often a requester asks to stay unnamed or unknown; reporters do so far more often.
_ANONYMOUS_SHARE = {"report": 0.2, "complaint": 0.06}
_CONFIDENTIAL_SHARE = {"report": 0.4, "complaint": 0.15, "help": 0.04}
_OTHER_SHARE = 0.02
_CALLS_AGAIN = 0.12


@dataclass(frozen=True, slots=True)
class _Spot:
    district: DemoPlace
    street: DemoPlace
    community: DemoPlace


@dataclass(frozen=True, slots=True)
class _Requester:
    name: str
    phone: str


class Filler:
    """Fills matters with one random source, and remembers who has called before."""

    def __init__(self, city: DemoCity, rng: random.Random) -> None:
        self._city = city
        self._rng = rng
        self._spots = _spots(city)
        self._known: list[_Requester] = []

    def fill(self, matter: Matter) -> DemoRequest:
        """One request of this matter, at one place of the kind that it happens in."""
        rng = self._rng
        spot = rng.choice(self._spots[matter.where])
        words = self._words(spot)
        content = matter.content.format_map(words)
        anonymous = rng.random() < _ANONYMOUS_SHARE.get(matter.request_type, _OTHER_SHARE)
        asks_secrecy = any(word in content for word in ("保密", "透露", "不要公开"))
        confidential = asks_secrecy or rng.random() < _CONFIDENTIAL_SHARE.get(
            matter.request_type, _OTHER_SHARE
        )
        requester = self._requester(anonymous=anonymous)
        return DemoRequest(
            request_type=matter.request_type,
            category_code=matter.category,
            urgency=matter.urgency,
            title=matter.title.format_map(words),
            content=content,
            requester_name="" if anonymous else requester.name,
            phone=requester.phone,
            anonymous=anonymous,
            confidential=confidential,
            place_code=spot.community.code,
            address=_address(matter, words),
            result=_result(matter),
            weak_reply=matter.weak_reply.format_map(words),
            redo_reason=matter.redo_reason,
            review_note=matter.review_note,
            callback_note=matter.callback_note.format_map(words),
            reply_pattern=matter.reply.format_map(
                words | {day: "{" + day + "}" for day in REPLY_DAYS}
            ),
        )

    def _words(self, spot: _Spot) -> dict[str, str]:
        rng = self._rng
        known = {**self._city.words["anywhere"], **self._city.words[spot.district.code]}
        words = {slot: rng.choice(choices) for slot, choices in known.items()}
        crossed = rng.choice([road for road in known["road"] if road != words["road"]])
        return words | {
            "district": spot.district.name,
            "street": spot.street.name,
            "community": spot.community.name,
            "crossing": f"{words['road']}与{crossed}交叉口",
            "building": f"{rng.randint(1, 28)}号楼",
            "number": str(rng.randint(2, 398)),
            "line": str(rng.randint(2, 96)),
        }

    def _requester(self, *, anonymous: bool) -> _Requester:
        rng = self._rng
        if self._known and rng.random() < _CALLS_AGAIN:
            return rng.choice(self._known)
        name = rng.choice(_FAMILY_NAMES) + rng.choice(_TITLES)
        requester = _Requester(name, f"{PHONE_PREFIX}{rng.randrange(10_000):04d}")
        if not anonymous:
            self._known.append(requester)
        return requester


def _spots(city: DemoCity) -> dict[str, list[_Spot]]:
    places = {place.code: place for place in city.places}
    spots: dict[str, list[_Spot]] = {"urban": [], "city": [], "rural": []}
    for community in city.places:
        if community.level != "community":
            continue
        street = places[community.parent_code]
        spot = _Spot(places[street.parent_code], street, community)
        if community.name.endswith("村"):
            spots["rural"].append(spot)
            continue
        spots["urban"].append(spot)
        if spot.district.code in _CITY_DISTRICTS:
            spots["city"].append(spot)
    return spots


def _address(matter: Matter, words: Mapping[str, str]) -> str:
    """As exact as the caller was: the most exact of the places that the text names."""
    named = set(slots(matter.content)) | set(slots(matter.title))
    exact = "云州市{district}{street}"
    if "estate" in named:
        exact += "{estate}{building}" if "building" in named else "{estate}"
    elif "crossing" in named:
        exact += "{crossing}"
    elif "road" in named:
        exact += "{road}{number}号附近"
    else:
        exact += "{community}"
    for spot in ("hospital", "school", "market", "park"):
        if spot in named and not named & {"estate", "crossing", "road", "community"}:
            exact = "云州市{district}{street}{" + spot + "}"
    return exact.format_map(words)


def _result(matter: Matter) -> str:
    if matter.request_type in {"inquiry", "praise"}:
        return "explained"
    if matter.urgency == "complex" and "{plan_day}" in matter.reply:
        return "partly"
    return "solved"
