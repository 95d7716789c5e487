"""`make bench`: all measurements, or those that are named."""

import argparse
import platform
import time
from collections.abc import Callable

import psutil

from tests.bench import importing, intake, memory, pages, recalendar, volume
from tests.bench.ground import Ground, ground

PARTS: dict[str, Callable[[Ground], list[str]]] = {
    "intake": intake.measure,
    "memory": memory.measure,
    "import": importing.measure,
    "recalendar": recalendar.measure,
    "volume": volume.measure,
    "pages": pages.measure,
}


def main() -> None:
    """Run the parts one after the other, each on servers of its own, and print their tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="|".join(PARTS))
    chosen = parser.parse_args().parts or list(PARTS)
    print(f"{platform.platform()}, {psutil.cpu_count()} cores, Python {platform.python_version()}")
    for name in chosen:
        began = time.perf_counter()
        print(f"\n## {name}\n", flush=True)
        with ground() as here:
            print("\n".join(PARTS[name](here)))
        print(f"\n({time.perf_counter() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
