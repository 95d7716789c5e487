"""Initials of many names, found by a process of its own that takes its dictionaries with it."""

import subprocess
import sys
from collections.abc import Iterable, Mapping

_LONGEST_SECONDS = 60


def initials_of(names: Iterable[str]) -> Mapping[str, str]:
    """The letters of each name; takes half a second or more: call it in a thread."""
    wanted = sorted({name for name in names if name and "\n" not in name})
    done = subprocess.run(
        [sys.executable, "-m", "hotline.initials"],
        input="\n".join(wanted),
        capture_output=True,
        encoding="utf-8",
        timeout=_LONGEST_SECONDS,
        check=True,
        env={"PYTHONPATH": ":".join(filter(None, sys.path)), "PYTHONIOENCODING": "utf-8"},
    )
    return dict(zip(wanted, done.stdout.split("\n"), strict=False))
