"""First passwords: typed by the administrator, or made here and shown once."""

import re
import secrets
from collections.abc import Mapping
from typing import Any

from dispatch.registry.typed import Typed
from dispatch.sign_in import DEMO_PASSWORD

_KINDS_OF_CHARACTER = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
# Without what is mistaken when read aloud or copied from paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_DIGITS = "23456789"


def read_password(typed: Typed, inputs: Mapping[str, Any], *, sign_in: str) -> tuple[str, str]:
    """(the password, the same again where it was made here and must be shown, else "")."""
    given = inputs.get("password") or ""
    if not given:
        made = new_password()
        return made, made
    if not isinstance(given, str) or not re.fullmatch(r"[!-~]{10,64}", given):
        typed.wrong("password", "“密码”应为 10 至 64 位字母、数字和符号，没有空格和汉字。")
    elif sum(bool(re.search(kind, given)) for kind in _KINDS_OF_CHARACTER) < 3:
        typed.wrong("password", "“密码”须含大写字母、小写字母、数字、符号中的至少三种。")
    elif sign_in and sign_in in given.lower():
        typed.wrong("password", "“密码”不能包含登录名。")
    elif given == DEMO_PASSWORD:
        typed.wrong("password", "这是公开的演示密码，请另设一个。")
    return given, ""


def new_password() -> str:
    """Three groups that can be read aloud: kwmt-Rdxp-4827 (about 48 bits)."""
    first = "".join(secrets.choice(_LETTERS) for _ in range(4))
    second = "".join(secrets.choice(_LETTERS) for _ in range(4)).capitalize()
    return f"{first}-{second}-{''.join(secrets.choice(_DIGITS) for _ in range(4))}"
