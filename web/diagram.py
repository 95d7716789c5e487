"""A procedure as a drawing: stages from top to bottom, actions as arrows between them, in SVG.

Each stage is a layer of its own, in the order of the procedure. An arrow leaves its stage on a line
of its own, on which the action and its roles are written, runs down or up in a lane at the right,
and comes back into the stage that it leads to. So no box and no word ever covers another, whatever
the procedure; the same procedure always gives the same drawing. Colours come from the style sheet.
"""

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from hotline.describing import ActionText, ClockText, ProcedureText, StageText
from hotline.people import ROLE_LABELS, Role
from web.language import told as in_words

LINE = 22
"""The height of a line of words, in px; everything stands on a multiple of it."""

_CLOCK_WIDTH, _GAP, _BOX_WIDTH, _LABEL_WIDTH, _LANE = 408, 24, 228, 400, 12
_MARGIN = 8
# Wrapped words of a clock, in halves of a Chinese character of 12 px.
_CLOCK_HALVES = 62
_BOX_HALVES = 32


@dataclass(frozen=True, slots=True)
class Arrow:
    """One action that leads from one stage (or from before the case) to another."""

    action: ActionText
    source: int
    target: int
    roles: tuple[str, ...]
    row: int

    @property
    def back(self) -> bool:
        """Whether it leads to an earlier stage, or to the same one."""
        return self.target <= self.source


@dataclass(slots=True)
class Layer:
    """One stage with what stands beside it; `top`, `height` and that of the `box` in lines."""

    stage: StageText | None
    notes: list[str]
    cards: list[list[str]]
    arrows: list[Arrow] = field(default_factory=list)
    top: int = 0
    height: int = 0
    box: int = 0

    @property
    def label(self) -> str:
        """The stage in words; the first layer is what opens a case."""
        return self.stage.label if self.stage else in_words("新件")


@dataclass(frozen=True, slots=True)
class Drawing:
    """The picture: its size in px and its elements, to be put into a page as they are."""

    width: int
    height: int
    layers: tuple[Layer, ...]
    lanes: tuple[tuple[Arrow, int], ...]
    svg: str


def drawn(told: ProcedureText) -> Drawing:
    """The drawing of a procedure."""
    layers = _layers(told)
    arrows = [arrow for layer in layers for arrow in layer.arrows]
    top = 1
    for layer in layers:
        words = 2 + len(layer.notes)
        layer.top = top
        # One line for what comes in, then one for each that goes out.
        layer.box = max(words, 1 + len(layer.arrows))
        layer.height = max(layer.box, math.ceil(sum(len(card) + 0.5 for card in layer.cards)))
        top += layer.height + 1
    lanes = _lanes(arrows, layers)
    most = max((lane for _, lane in lanes), default=0) + 1
    width = _lane_x(most) + _MARGIN
    height = top * LINE + _MARGIN
    body = "".join((*(_arrow(arrow, lane, layers) for arrow, lane in lanes), *map(_layer, layers)))
    title = escape(in_words(f"{told.title}流程图，内容与下面各表相同"))
    svg = (
        f'<svg class="flow" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img" aria-label="{title}">{_HEADS}{body}</svg>'
    )
    return Drawing(width, height, tuple(layers), tuple(lanes), svg)


def _layers(told: ProcedureText) -> list[Layer]:
    """The layers with their arrows; rows are counted within each."""
    place = {stage.name: number for number, stage in enumerate(told.stages, 1)}
    place[""] = 0
    labels = {action.name: action.label for action in told.actions}
    layers = [Layer(None, [], [])] + [Layer(stage, [], []) for stage in told.stages]
    for action in told.actions:
        if action.anywhere:
            continue
        for one in action.from_:
            layer = layers[place[one.stage]]
            roles = tuple(role.name for role in one.roles)
            for target in one.to:
                arrow = Arrow(action, place[one.stage], place[target], roles, len(layer.arrows) + 1)
                layer.arrows.append(arrow)
            if not one.to:
                layer.notes.append(action.label)
    for layer in layers:
        layer.notes = (
            _wrapped(in_words("可办：") + _joined(dict.fromkeys(layer.notes)), _BOX_HALVES)
            if layer.notes
            else []
        )
    for clock in told.clocks:
        layers[_beside(clock, told, place)].cards.append(_card(clock, labels))
    return layers


def _beside(clock: ClockText, told: ProcedureText, place: dict[str, int]) -> int:
    """The first layer in which the clock can run: where its earliest start leads, or is taken."""
    found = [
        place[name]
        for action in told.actions
        if action.name in clock.starts and not action.anywhere
        for name in (action.to or [one.stage for one in action.from_])
    ]
    return min(found, default=0)


def _card(clock: ClockText, labels: dict[str, str]) -> list[str]:
    """A clock in lines: the first is its name; its limits, start, end and basis follow."""
    limits = in_words("；").join(
        f"{line.when}{line.text}" if not line.when else f"{line.when.split('：')[-1]} {line.text}"
        for line in clock.limits
        if line.limit
    )
    starts = _joined(labels[name] for name in clock.starts)
    ends = _joined(labels[name] for name in clock.ends) or in_words("结案")
    bases = "；".join(dict.fromkeys(line.basis for line in clock.limits))
    said = [f"◷ {clock.label}{in_words('（')}{clock.owed_by.label}{in_words('）')}"]
    span = f"{in_words('起：')}{starts}　{in_words('止：')}{ends}"
    for words in (limits, *clock.notes, span, in_words("依据：") + bases):
        if words:
            said += _wrapped(words, _CLOCK_HALVES)
    return said


def _joined(words: Iterable[str]) -> str:
    return in_words("、").join(words)


def _lanes(arrows: Sequence[Arrow], layers: Sequence[Layer]) -> list[tuple[Arrow, int]]:
    """A lane for each arrow, short ones inside; none is shared where two would cover each other.

    Arrows into one stage may share a lane: they become one line.
    """
    taken: list[list[tuple[int, int, int]]] = []
    placed: list[tuple[Arrow, int]] = []
    for arrow in sorted(arrows, key=lambda one: (_length(one, layers), one.source, one.row)):
        first, last = _span(arrow, layers)
        lane = 0
        while any(
            not (last < low or high < first) and into != arrow.target
            for low, high, into in (taken[lane] if lane < len(taken) else ())
        ):
            lane += 1
        if lane == len(taken):
            taken.append([])
        taken[lane].append((first, last, arrow.target))
        placed.append((arrow, lane))
    return placed


def _span(arrow: Arrow, layers: Sequence[Layer]) -> tuple[int, int]:
    rows = sorted((layers[arrow.source].top + arrow.row, layers[arrow.target].top))
    return rows[0], rows[1]


def _length(arrow: Arrow, layers: Sequence[Layer]) -> int:
    first, last = _span(arrow, layers)
    return last - first


_BOX_X = _MARGIN + _CLOCK_WIDTH + _GAP
_LABEL_X = _BOX_X + _BOX_WIDTH
_LANES_X = _LABEL_X + _LABEL_WIDTH


def _lane_x(lane: int) -> int:
    return _LANES_X + 10 + lane * _LANE


def _y(row: float) -> int:
    return round(row * LINE)


_KINDS = ("on", "back")
_HEADS = "<defs>" + "".join(
    f'<marker id="head-{kind}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8"'
    f' orient="auto"><path class="head-{kind}" d="M0 0 8 4 0 8z"/></marker>'
    for kind in _KINDS
) + "</defs>"  # fmt: skip


def _arrow(arrow: Arrow, lane: int, layers: Sequence[Layer]) -> str:
    """From the right side of its box along its own line to the lane, and back into the target."""
    kind = "back" if arrow.back else "on"
    out, into = _y(layers[arrow.source].top + arrow.row + 0.8), _y(layers[arrow.target].top + 0.5)
    x, edge = _lane_x(lane), _BOX_X + _BOX_WIDTH
    path = f"M{edge} {out}H{x}V{into}H{edge}"
    by_time = set(arrow.roles) == {Role.CLOCK}
    return (
        f'<path class="flow-line flow-{kind}{" flow-time" if by_time else ""}" d="{path}"'
        f' marker-end="url(#head-{kind})"/>{_label(arrow, layers[arrow.target].label, out)}'
    )


def _label(arrow: Arrow, target: str, line_y: int) -> str:
    """The action above its line, to where it leads, and each role after a spot of its colour."""
    text_y, x = line_y - 5, _LABEL_X + 8
    said = [f'<text class="flow-action" x="{x}" y="{text_y}">{escape(arrow.action.label)}</text>']
    x += _pixels(arrow.action.label, 13, bold=True) + 6
    said.append(f'<text class="flow-target" x="{x}" y="{text_y}">→ {escape(target)}</text>')
    x += _pixels(f"→ {target}", 12) + 10
    names = [(name, in_words(ROLE_LABELS[Role(name)])) for name in arrow.roles]
    for name, label in names:
        width = 12 + _pixels(label, 11) + 8
        if x + width > _LANES_X:
            said.append(f'<text class="flow-role" x="{x}" y="{text_y}">…</text>')
            break
        said.append(
            f'<circle class="role-spot role-{name}" cx="{x + 4}" cy="{text_y - 4}" r="4"/>'
            f'<text class="flow-role" x="{x + 12}" y="{text_y}">{escape(label)}</text>'
        )
        x += width
    return "".join(said)


def _layer(layer: Layer) -> str:
    """The box of the stage with its words, and the cards of its clocks."""
    y, height = _y(layer.top), _y(layer.box)
    kind = f"phase-{layer.stage.phase}" if layer.stage else "phase-new"
    phase = layer.stage.phase_label if layer.stage else in_words("登记")
    said = [
        f'<rect class="flow-box {kind}" x="{_BOX_X}" y="{y}" width="{_BOX_WIDTH}" height="{height}"'
        f' rx="6"/><text class="flow-stage" x="{_BOX_X + 12}" y="{y + 18}">{escape(layer.label)}'
        f'</text><text class="flow-phase" x="{_BOX_X + 12}" y="{y + 36}">{escape(phase)}</text>'
    ]
    for number, words in enumerate(layer.notes):
        said.append(
            f'<text class="flow-note" x="{_BOX_X + 12}" y="{y + 56 + number * 18}">'
            f"{escape(words)}</text>"
        )
    row = float(layer.top)
    for card in layer.cards:
        said.append(_clock(card, row))
        row += len(card) + 0.5
    if layer.cards:
        # One rail beside the box binds all of its clocks to it.
        rail, last = _BOX_X - _GAP // 2, _y(row - 0.5 - len(layer.cards[-1])) + 12
        said.append(f'<path class="flow-tie" d="M{rail} {last}V{y + 12}H{_BOX_X}"/>')
    return "".join(said)


def _clock(card: Sequence[str], row: float) -> str:
    y, rail = _y(row), _BOX_X - _GAP // 2
    first, *rest = card
    lines = "".join(
        f'<text class="flow-clock-words" x="{_MARGIN + 10}" y="{y + 16 + number * LINE}">'
        f"{escape(words)}</text>"
        for number, words in enumerate(rest, 1)
    )
    return (
        f'<rect class="flow-clock" x="{_MARGIN}" y="{y}" width="{_CLOCK_WIDTH}"'
        f' height="{_y(len(card))}" rx="4"/>'
        f'<text class="flow-clock-name" x="{_MARGIN + 10}" y="{y + 16}">{escape(first)}</text>'
        f'{lines}<path class="flow-tie" d="M{_MARGIN + _CLOCK_WIDTH} {y + 12}H{rail}"/>'
    )


def _halves(text: str) -> int:
    """The width of a text in halves of a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in text)


def _pixels(text: str, size: int, *, bold: bool = False) -> int:
    # Bold makes letters wider, and Chinese characters stay as wide as they are.
    narrow = sum(unicodedata.east_asian_width(sign) not in "WFA" for sign in text)
    halves = _halves(text) + (0.2 * narrow if bold else 0)
    return round(halves * size / 2 * 1.04)


_NEVER_FIRST = "，。；：、）》】”"


def _wrapped(text: str, most: int) -> list[str]:
    """The text in lines of at most so many halves; no line begins with a closing sign."""
    return list(_lines(text, most))


def _lines(text: str, most: int) -> Iterator[str]:
    line = ""
    for sign in text:
        if _halves(line + sign) > most and sign not in _NEVER_FIRST:
            # English breaks between words.
            whole, _, begun = line.rpartition(" ") if sign.isascii() else (line, "", "")
            yield whole or line
            line = begun if whole else ""
        line += sign
    if line.strip():
        yield line
