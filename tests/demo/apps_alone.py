"""One service by itself with a test provider, over real HTTP: for services that need no other."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey
from starlette.types import ASGIApp

from tests.demo.apps_city import free_port, served
from tests.demo.apps_provider import Provider


@asynccontextmanager
async def alone(
    create: Callable[[Any], ASGIApp],
    settings: type[Any],
    state: Path,
    *,
    credential: str | ECKey = "",
    **more: object,
) -> AsyncIterator[tuple[Provider, str]]:
    """Serve it on 127.0.0.1; `credential` is what the provider knows it by: a key of its own, or nothing."""
    provider_port, port = free_port(), free_port()
    base_url = f"http://127.0.0.1:{port}"
    issuer = f"http://localhost:{provider_port}"
    values = {"issuer": issuer, "base_url": base_url, "port": port, "state": state, **more}
    made = settings.model_validate(values)
    provider = Provider(issuer, clients={made.client_id: (credential, base_url)})
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(served(provider.app(), provider_port))
        await stack.enter_async_context(served(create(made), port))
        yield provider, base_url
