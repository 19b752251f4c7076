"""Both services and a test provider, served over real HTTP in this process: the provider on localhost, the services on
127.0.0.1, so that they are another site to it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from granian.constants import Interfaces
from granian.server.embed import Server
from pydantic import SecretStr
from starlette.types import ASGIApp

from demo.apps.common.settings import ssl_context
from demo.apps.data_store.app import create_app as create_data_store
from demo.apps.data_store.settings import DataStoreSettings
from demo.apps.portal.app import create_app as create_portal
from demo.apps.portal.settings import PortalSettings
from tests.demo.apps_provider import Provider

TLS = ssl_context(None)
AUDIENCE = "urn:haiphong:kho-du-lieu"
PORTAL, DATA_STORE = "cong-dich-vu-cong", "kho-du-lieu"


@dataclass
class City:
    """Where everything is."""

    provider: Provider
    portal: str
    data_store: str
    state: Path


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def served(app: ASGIApp, port: int) -> AsyncIterator[None]:
    """Serve an application on loopback."""
    server = Server(
        app,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        log_enabled=False,
        websockets=False,
    )
    stop: Callable[[], None] = server.stop
    task = asyncio.create_task(server.serve())
    async with httpx.AsyncClient(verify=TLS) as client:
        for _ in range(200):
            try:
                await client.get(f"http://127.0.0.1:{port}/health")
                break
            except httpx.ConnectError:
                await asyncio.sleep(0.02)
    try:
        yield
    finally:
        stop()
        await task


def portal_settings(issuer: str, port: int, state: Path, data_store: str, **more: object) -> PortalSettings:
    """Return settings of a portal on 127.0.0.1."""
    values: dict[str, object] = {
        "issuer": issuer,
        "base_url": f"http://127.0.0.1:{port}",
        "port": port,
        "client_secret": SecretStr("portal-secret"),
        "state": state,
        "data_store_url": data_store,
    }
    return PortalSettings.model_validate(values | more)


@asynccontextmanager
async def city(
    state: Path, *, with_provider: bool = True, portal: dict[str, object] | None = None, **data_store: object
) -> AsyncIterator[City]:
    """Serve the whole city; keyword arguments change the data store's settings."""
    provider_port, portal_port, data_store_port = free_port(), free_port(), free_port()
    issuer = f"http://localhost:{provider_port}"
    urls = [f"http://127.0.0.1:{port}" for port in (portal_port, data_store_port)]
    provider = Provider(
        issuer, clients={PORTAL: ("portal-secret", urls[0]), DATA_STORE: ("store-secret", urls[1])}
    )
    settings = DataStoreSettings.model_validate(
        {
            "issuer": issuer,
            "base_url": urls[1],
            "port": data_store_port,
            "client_secret": SecretStr("store-secret"),
            "state": state,
            "portal_url": urls[0],
            **data_store,
        }
    )
    async with AsyncExitStack() as stack:
        if with_provider:
            await stack.enter_async_context(served(provider.app(), provider_port))
        own = portal_settings(issuer, portal_port, state, urls[1], **(portal or {}))
        await stack.enter_async_context(served(create_portal(own), portal_port))
        await stack.enter_async_context(served(create_data_store(settings), data_store_port))
        yield City(provider, urls[0], urls[1], state)
