"""The providers of texts, chosen by HOTLINE_SMS_PROVIDER."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from dispatch.sms.http import HttpGateway
from dispatch.sms.kannel import Kannel
from dispatch.sms.provider import SmsProvider
from dispatch.sms.sim import Sim
from hotline.settings import Settings


@asynccontextmanager
async def open_provider(settings: Settings) -> AsyncIterator[SmsProvider]:
    """The provider of the settings, with a connection that is closed afterwards."""
    if settings.sms_provider == Sim.name:
        yield Sim()
        return
    kinds: dict[str, type[Kannel | HttpGateway]] = {"kannel": Kannel, "http": HttpGateway}
    # A proxy of the environment is for the way out to the world, not to a gateway next door.
    async with httpx.AsyncClient(trust_env=False) as client:
        yield kinds[settings.sms_provider](settings, client)
