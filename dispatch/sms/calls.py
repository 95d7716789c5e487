"""One HTTP request to a gateway: what its end, happy or not, says about the text."""

from typing import Any

import httpx

from dispatch.sms.provider import Rejected, Unknown

TIMEOUT = httpx.Timeout(10, connect=5)

# The text was not written to the wire: surely not sent.
_NOT_WRITTEN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


async def post(
    client: httpx.AsyncClient, url: str, **request: Any
) -> httpx.Response | Rejected | Unknown:
    """The gateway's answer; otherwise whether the text surely stayed here, or nobody knows."""
    try:
        return await client.post(url, timeout=TIMEOUT, **request)
    except _NOT_WRITTEN as fault:
        return Rejected(f"网关连接不上：{type(fault).__name__}")
    except httpx.HTTPError as fault:
        return Unknown(f"网关没有答复：{type(fault).__name__}")
