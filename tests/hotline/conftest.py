"""Properties are tried with values that depend on the test alone."""

from collections.abc import Iterator

import pytest
from hypothesis.internal.conjecture import providers


@pytest.fixture(scope="session", autouse=True)
def nothing_drawn_from_whatever_is_loaded() -> Iterator[None]:
    """Hypothesis mixes in numbers that stand in the source of the modules loaded so far.

    With them a seeded walk would go another way whenever other tests run before it, or
    somebody writes a number down anywhere.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(providers, "_get_local_constants", providers.Constants)
        yield
