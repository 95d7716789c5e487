"""Every HOTLINE_* variable: one table, read once into one frozen value."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit


class SettingsError(ValueError):
    """A variable cannot be used; the message says which, why, and what it may be."""


class _Unusable(Exception):
    """What is wrong with a value, in Chinese and in English."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What this process was told. Secrets stay out of `repr`, and so out of logs."""

    host: str
    port: int
    data: Path
    demo: bool
    database_url: str | None = field(repr=False)
    redis_url: str | None = field(repr=False)
    pool_size: int
    web_processes: int
    sms_provider: str
    sms_signature: str
    sms_number: str
    sms_http_url: str | None
    kannel_url: str
    kannel_user: str
    kannel_password: str = field(repr=False)
    gateway_address: str | None
    quiet_hours: tuple[time, time] | None
    digest_at: time
    city: str
    gateway_secrets: tuple[str, ...] = field(repr=False)
    secure_cookies: bool
    log: str
    attachment_mb: int
    phone_event_days: int

    @property
    def loopback(self) -> bool:
        """Whether only this machine reaches the web."""
        return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback

    @property
    def own_address(self) -> str:
        """Where a gateway reaches this web, without a slash at the end."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "localhost") else self.host
        host = f"[{host}]" if ":" in host else host
        return (self.gateway_address or f"http://{host}:{self.port}").rstrip("/")

    @property
    def demo_passwords(self) -> bool:
        """Whether the published passwords of the demonstration city may sign in."""
        return self.demo and self.loopback


def settings_from(environ: Mapping[str, str]) -> Settings:
    """Settings of `environ`; an empty variable counts as absent. Raises SettingsError."""
    return Settings(**{variable.field: _value(variable, environ) for variable in VARIABLES})


class Variable(NamedTuple):
    """One row of the table; the README repeats its first three columns."""

    name: str
    default: str
    description: str
    read: Callable[[str], Any]
    secret: bool = False

    @property
    def field(self) -> str:
        return self.name.removeprefix("HOTLINE_").lower()


def _value(variable: Variable, environ: Mapping[str, str]) -> Any:
    given = environ.get(variable.name, "").strip() or variable.default
    try:
        return variable.read(given)
    except _Unusable as unusable:
        chinese, english = unusable.args
        shown = "…" if variable.secret else given[:80]
        raise SettingsError(f"{variable.name}={shown}：{chinese}。({english}.)") from None


def _address(text: str) -> str:
    if text == "localhost":
        return text
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise _Unusable("应为 IP 地址，如 127.0.0.1 或 0.0.0.0", "must be an IP address") from None


def _number(lowest: int, highest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        # `int` alone takes other scripts' digits, signs and underscores.
        if re.fullmatch(r"[0-9]{1,9}", text) and lowest <= int(text) <= highest:
            return int(text)
        raise _Unusable(
            f"应为 {lowest} 到 {highest} 的整数", f"must be an integer from {lowest} to {highest}"
        )

    return read


def _switch(text: str) -> bool:
    if text not in ("0", "1"):
        raise _Unusable("应为 0 或 1", "must be 0 or 1")
    return text == "1"


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            listed = ", ".join(choices)
            raise _Unusable(f"应为其中之一：{listed}", f"must be one of: {listed}")
        return text

    return read


def _url(*schemes: str) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        if not text:
            return None
        try:
            parts = urlsplit(text)
            usable = parts.scheme in schemes and (parts.port or True)
        except ValueError:
            usable = False
        if not usable:
            listed = " / ".join(f"{scheme}://" for scheme in schemes)
            raise _Unusable(f"应为以 {listed} 开头的地址", f"must be an address of {listed}")
        return text

    return read


def _words(highest: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) > highest or not text.isprintable() or re.search(r"[【】]", text):
            raise _Unusable(
                f"最多 {highest} 个字，不含控制字符和【】",
                f"at most {highest} printable characters, without 【】",
            )
        return text

    return read


def _time(text: str) -> time:
    if re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        return time.fromisoformat(text)
    raise _Unusable("应为时刻，如 08:30", "must be a time of day such as 08:30")


def _span(text: str) -> tuple[time, time] | None:
    if text == "none":
        return None
    begins, _, ends = text.partition("-")
    try:
        return _time(begins), _time(ends)
    except _Unusable:
        raise _Unusable(
            "应为两个时刻，如 21:00-08:00；不设则为 none",
            "must be two times of day such as 21:00-08:00, or none",
        ) from None


def _digits(text: str) -> str:
    if not re.fullmatch(r"[0-9]{3,20}", text):
        raise _Unusable("应为 3 到 20 位数字", "must be 3 to 20 digits")
    return text


def _secrets(text: str) -> tuple[str, ...]:
    secrets = tuple(part.strip() for part in text.split(",") if part.strip())
    if any(len(secret) < SHORTEST_SECRET for secret in secrets):
        raise _Unusable(
            f"每个密钥至少 {SHORTEST_SECRET} 个字符",
            f"each secret needs {SHORTEST_SECRET} characters or more",
        )
    return secrets


def _folder(text: str) -> Path:
    """A relative folder lies in the checkout, or for an installed package where it was started."""
    checkout = Path(__file__).resolve().parent.parent
    origin = checkout if (checkout / "pyproject.toml").exists() else Path.cwd()
    return (origin / Path(text).expanduser()).absolute()


SHORTEST_SECRET = 16

VARIABLES = (
    Variable(
        "HOTLINE_HOST",
        "127.0.0.1",
        "address the web listens on; demonstration passwords work on loopback only",
        _address,
    ),
    Variable("HOTLINE_PORT", "8012", "port the web listens on", _number(1, 65535)),
    Variable("HOTLINE_DATA", "var", "folder of all that is kept: servers, files, logs", _folder),
    Variable(
        "HOTLINE_DEMO", "1", "1: an invented city on first start; 0: an empty hotline", _switch
    ),
    Variable(
        "HOTLINE_DATABASE_URL",
        "",
        "postgresql://… of a real server; empty: embedded PostgreSQL",
        _url("postgresql", "postgres"),
        secret=True,
    ),
    Variable(
        "HOTLINE_REDIS_URL",
        "",
        "redis://… or rediss://… of a real server; empty: embedded Valkey",
        _url("redis", "rediss"),
        secret=True,
    ),
    Variable(
        "HOTLINE_POOL_SIZE", "10", "database connections of each process at most", _number(2, 200)
    ),
    Variable("HOTLINE_WEB_PROCESSES", "1", "web processes that share the port", _number(1, 64)),
    Variable(
        "HOTLINE_SMS_PROVIDER",
        "sim",
        "who carries texts; sim: a phone on the screen; kannel; http: a signed JSON gateway",
        _one_of("sim", "kannel", "http"),
    ),
    Variable("HOTLINE_SMS_NUMBER", "12345", "number that texts come from and are sent to", _digits),
    Variable(
        "HOTLINE_SMS_HTTP_URL",
        "",
        "address of the JSON gateway that takes texts (provider http)",
        _url("http", "https"),
    ),
    Variable(
        "HOTLINE_KANNEL_URL",
        "http://127.0.0.1:13013/cgi-bin/sendsms",
        "address of Kannel's sendsms (provider kannel)",
        _url("http", "https"),
    ),
    Variable("HOTLINE_KANNEL_USER", "hotline", "Kannel's sendsms-user", _words(50)),
    Variable("HOTLINE_KANNEL_PASSWORD", "", "password of Kannel's sendsms-user", str, secret=True),
    Variable(
        "HOTLINE_GATEWAY_ADDRESS",
        "",
        "http(s)://… under which gateways reach this web; empty: the host and port above",
        _url("http", "https"),
    ),
    Variable(
        "HOTLINE_SMS_SIGNATURE",
        "云州12345",
        "signature (短信签名) that opens each text between 【】",
        _words(20),
    ),
    Variable(
        "HOTLINE_QUIET_HOURS",
        "21:00-08:00",
        "when no rating questions go to real phones; none: at any hour",
        _span,
    ),
    Variable(
        "HOTLINE_DIGEST_AT",
        "08:30",
        "when each colleague's digest (今日提要) is made, on working days",
        _time,
    ),
    Variable(
        "HOTLINE_CITY", "云州市", "name of the city on screens; the default is invented", _words(30)
    ),
    Variable(
        "HOTLINE_GATEWAY_SECRETS",
        "",
        f"secrets that gateways present, by comma; each {SHORTEST_SECRET} characters or more",
        _secrets,
        secret=True,
    ),
    Variable(
        "HOTLINE_SECURE_COOKIES",
        "0",
        "1: cookies travel over https only; set it behind TLS",
        _switch,
    ),
    Variable(
        "HOTLINE_LOG",
        "info",
        "debug, info, warning or error",
        _one_of("debug", "info", "warning", "error"),
    ),
    Variable(
        "HOTLINE_ATTACHMENT_MB",
        "10",
        "largest attachment of a case, in MB; files are kept in the database",
        _number(1, 50),
    ),
    Variable(
        "HOTLINE_PHONE_EVENT_DAYS",
        "90",
        "days for which each event of the telephone is kept; calls themselves stay",
        _number(1, 3650),
    ),
)
