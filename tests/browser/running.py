"""The real program on demonstration data, and real browsers in front of it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

PASSWORD = "demo-12345"
DESKTOP = (1366, 768)

# A refusal is an answer of 4xx, which browser and htmx log; the page itself tells it.
_REFUSED = re.compile(r"status of 4\d\d|Response Status Error Code 4\d\d")

# A page that is left gives up what it was just asking for; htmx logs that as two errors. A request
# that fails for another reason says so besides (htmx:sendError, htmx:responseError).
_LEFT = re.compile(r"htmx:(?:sendAbort|afterRequest), ")

_START_PATIENCE = 90.0
_STOP_PATIENCE = 30.0
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def missing() -> str:
    """Why no page can be looked at on this machine; "" where one can."""
    if not _browser_path():
        return "no browser: install chromium"
    if not shutil.which("fc-list"):
        return "fc-list is missing: install fontconfig"
    fonts = subprocess.run(
        ["fc-list", ":lang=zh"], capture_output=True, text=True, check=False
    ).stdout
    return "" if fonts.strip() else "no font with Chinese characters: install fonts-noto-cjk"


@contextmanager
def running_program() -> Iterator[str]:
    """`hotline up` as a newcomer starts it, in a folder of its own; gives its address.

    A start that fails says so with the program's own log.
    """
    # The data lie in the folder itself: as root, `up` opens it to the account of the servers, but
    # not what is above it, and would keep them in /var/lib/hotline, where nobody clears up.
    folder = Path(tempfile.mkdtemp(prefix="hotline-browser-"))
    address = f"http://127.0.0.1:{(port := free_port())}"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")
    }
    environment |= {"HOTLINE_DATA": str(folder), "HOTLINE_PORT": str(port)}
    log = folder / "log"
    try:
        # A pipe would stay open in whatever outlives the program, and hold this process with it.
        with log.open("wb") as written:
            process = subprocess.Popen(
                [sys.executable, "-m", "dispatch.command", "up"],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            wait_until_healthy(process, address, log)
            yield address
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_STOP_PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def wait_until_healthy(
    process: subprocess.Popen[bytes], address: str, log: Path, *, path: str = "/health"
) -> None:
    deadline = time.monotonic() + _START_PATIENCE
    with httpx.Client(trust_env=False, timeout=5) as client:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if client.get(address + path).status_code == httpx.codes.OK:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.2)
    raise RuntimeError(f"the program did not become healthy:\n{log.read_text(errors='replace')}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _browser_path() -> str:
    return next((path for name in _BROWSERS if (path := shutil.which(name))), "")


@asynccontextmanager
async def running_browser() -> AsyncIterator[Browser]:
    """Chromium without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=_browser_path(),
            args=list(_SWITCHES),
            # The fonts that people in China see, figures included.
            env={**os.environ, "LC_ALL": "zh_CN.UTF-8", "LANGUAGE": "zh_CN"},
        )
        try:
            yield browser
        finally:
            await browser.close()


class Visitor:
    """One person before one browser of their own, and what went wrong in it."""

    def __init__(self, context: BrowserContext, page: Page, address: str) -> None:
        self.context = context
        self.page = page
        self.address = address
        self.troubles: list[str] = []
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda message: self._note(message.type, message.text))

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and not _REFUSED.search(text) and not _LEFT.match(text):
            self.troubles.append(text)

    async def go(self, path: str) -> int:
        """Open a page of the program; gives the status of the answer."""
        answer = await self.page.goto(self.address + path)
        assert answer is not None
        return answer.status

    async def sign_in(self, name: str) -> None:
        """Through the sign-in page, like everybody."""
        await self.go("/login")
        await self.page.fill("[name=name]", name)
        await self.page.fill("[name=password]", PASSWORD)
        await self.page.click("button[type=submit]")
        await self.page.wait_for_selector(".usermenu-name, a[href='/me']")


async def visit(
    browser: Browser, address: str, name: str = "", *, size: tuple[int, int] = DESKTOP, **given: Any
) -> Visitor:
    """A fresh browser window: of nobody, or of the person with this sign-in name."""
    width, height = size
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        **given,
    )
    context.set_default_timeout(15_000)
    if name:
        # The page of it is left out, which everybody would look at first.
        typed = {"name": name, "password": PASSWORD}
        answer = await context.request.post(f"{address}/login", form=typed)
        assert not answer.url.endswith("/login")
    return Visitor(context, await context.new_page(), address)
