"""What every page keeps for those who see little, hear the page, or are disturbed by motion."""

import re
from pathlib import Path

import pytest

from tests.makers import AGENT, DISPATCHER, SUPERVISOR, WATER_CLERK
from tests.web.conftest import ClientAs

CSS = (Path(__file__).parents[2] / "static" / "app.css").read_text("utf-8")
LEAST = 3.0
"""Contrast of a focus ring with what is beside it (WCAG 2.1, 1.4.11)."""


def luminance(colour: str) -> float:
    """Of #rgb or #rrggbb, as WCAG 2.1 defines it."""
    digits = colour.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def block(selector: str) -> dict[str, str]:
    """The custom properties and the background that a selector sets."""
    rule = re.search(rf"^{re.escape(selector)} \{{(.*?)\}}", CSS, re.DOTALL | re.MULTILINE)
    assert rule, selector
    return dict(re.findall(r"(--[\w-]+|background): (#[0-9a-f]{3,6})", rule[1]))


@pytest.mark.parametrize("scheme", [":root", '[data-bs-theme="dark"]'])
def test_the_focus_is_seen_in_light_and_dark(scheme: str) -> None:
    colours = block(scheme)
    for beside in ("--sheet", "--ground"):
        assert contrast(colours["--focus"], colours[beside]) >= LEAST
    on_bar = block(".topbar > *")["--focus"]
    for bar in (".topbar", '[data-bs-theme="dark"] .topbar'):
        assert contrast(on_bar, block(bar)["background"]) >= LEAST


def test_nothing_moves_for_who_asked_for_it() -> None:
    calm = CSS.partition("@media (prefers-reduced-motion: reduce)")[2]
    assert "transition: none !important" in calm and "opacity: 1" in calm


async def test_every_page_has_its_landmarks_and_says_what_changes(client_as: ClientAs) -> None:
    for actor, path in (
        (AGENT, "/console"),
        (DISPATCHER, "/desk"),
        (SUPERVISOR, "/oversight"),
        (WATER_CLERK, "/portal"),
    ):
        html = (await (await client_as(actor)).get(path)).text
        body = html.partition("<body")[2]
        assert body.index('class="skip-link" href="#main"') < body.index("<header")
        assert html.count("<main ") == 1 and 'id="main"' in html and html.count("<header") == 1
        assert '<nav class="topnav" aria-label=' in html
        assert '<div id="told" class="visually-hidden" role="status">' in html
        assert html.count("<h1") == 1


async def test_light_or_dark_stands_before_anything_is_drawn(client_as: ClientAs) -> None:
    head = (await (await client_as(AGENT)).get("/console")).text.partition("</head>")[0]
    theme = re.search(r'<script src="[^"]*/theme\.[^"]*js[^"]*"></script>', head)
    assert theme and theme.start() < head.index('rel="stylesheet"')
