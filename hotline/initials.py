"""First letters of pinyin (拼音首字母), by which long lists are searched: 噪声扰民 is "zsrm".

`python -m hotline.initials` reads names, one a line, and writes their letters, one a line.
"""

import sys
from functools import lru_cache


@lru_cache(maxsize=30_000)
def initials(text: str) -> str:
    """Small letters and digits; other signs fall away. Read by phrases: 银行 is "yh", 重庆 "cq"."""
    # Sixty megabytes and a quarter second: for a process of its own.
    from pypinyin import Style, lazy_pinyin

    letters = "".join(lazy_pinyin(text, style=Style.FIRST_LETTER))
    return "".join(sign for sign in letters.lower() if sign.isascii() and sign.isalnum())


def main() -> None:
    """The letters of each line."""
    for line in sys.stdin:
        print(initials(line.strip()))


if __name__ == "__main__":
    main()
