"""How a process of ours runs: its log, its web server, and how it ends with whoever started it."""

import logging
import os
import signal
import socket
import sys
import threading
from typing import Any

import structlog
import uvicorn

from hotline.settings import Settings

APP = "web.app:app_from_environment"
# Open event streams end by themselves; a browser comes back to the next process.
GRACE_SECONDS = 3


def set_up_log(level: str) -> None:
    """One line per event on standard error; libraries speak from warning on."""
    number = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(
        level=max(number, logging.WARNING), format="%(asctime)s %(name)s %(levelname)s %(message)s"
    )
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(number),
        processors=log_lines(colours=sys.stderr.isatty()),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def log_lines(*, colours: bool) -> list[Any]:
    """What makes a line of an event.

    An error shows its plain traceback: a decorated one takes seconds, in which nobody is served,
    and prints what every variable held, names and telephone numbers among it.
    """
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=False),
        structlog.dev.ConsoleRenderer(
            colors=colours, exception_formatter=structlog.dev.plain_traceback
        ),
    ]


def end_with_parent() -> None:
    """Stop as on SIGTERM when standard input closes: whoever supervised us is gone."""

    def watch() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def serve_web(settings: Settings, *, listener: int | None = None) -> None:
    """Serve the pages and the API until SIGTERM.

    On an inherited listening socket (its descriptor) as one process; otherwise on the address
    of the settings with as many processes as they say.
    """
    options: dict[str, Any] = {
        "factory": True,
        "host": settings.host,
        "port": settings.port,
        "loop": "uvloop",
        "http": "httptools",
        "ws": "none",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": GRACE_SECONDS,
    }
    if listener is None:
        uvicorn.run(APP, workers=settings.web_processes, **options)
    else:
        server = uvicorn.Server(uvicorn.Config(APP, **options))
        server.run(sockets=[socket.socket(fileno=listener)])
