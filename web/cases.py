"""The case page, and the one route that moves a case."""

from litestar import Router

from web.given import signed_in

router = Router("/cases", guards=[signed_in], route_handlers=[])
