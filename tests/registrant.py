"""Speaks to the registration endpoint as a relying party's software does – RFC 7591, RFC 7592."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import httpx

from idp.clients.model import Invitation
from idp.database import Done
from idp.ids import NO_BUCKET, HandleKind
from idp.transaction import Tx
from tests.driver import RelyingParty
from tests.world import World

REDIRECT_URI = "https://rp-d.example/callback"
SCOPES = "openid profile email"


@dataclass(frozen=True)
class Registered:
    """What a registration answered."""

    http: httpx.AsyncClient = field(repr=False)
    metadata: dict[str, Any] = field(repr=False)

    @property
    def client_id(self) -> str:
        return str(self.metadata["client_id"])

    @property
    def address(self) -> str:
        return str(self.metadata["registration_client_uri"])

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.metadata['registration_access_token']}"}

    def rp(self) -> RelyingParty:
        return RelyingParty(
            client_id=self.client_id,
            redirect_uri=self.metadata["redirect_uris"][0],
            client_secret=self.metadata.get("client_secret"),
        )

    def with_token(self, token: str) -> "Registered":
        return replace(self, metadata={**self.metadata, "registration_access_token": token})

    async def read(self) -> httpx.Response:
        return await self.http.get(self.address, headers=self.headers)

    async def replace(self, **members: Any) -> httpx.Response:
        """Send a whole registration, with nothing of before but the client_id."""
        document = {"client_id": self.client_id, "redirect_uris": [REDIRECT_URI], **members}
        sent = {name: value for name, value in document.items() if value is not ...}
        return await self.http.put(self.address, headers=self.headers, json=sent)

    async def remove(self) -> httpx.Response:
        return await self.http.delete(self.address, headers=self.headers)


async def invite(world: World, scope: str = SCOPES, *, uses: int = 1, seconds: float = 600) -> str:
    """Make an initial access token, as `hpid clients invite` does."""
    token = world.provider.clock.handle(HandleKind.INVITATION, NO_BUCKET)
    invitation = Invitation(
        invitation_id=world.provider.clock.token(6),
        scopes=frozenset(scope.split()),
        note="",
        uses_left=uses,
        expires_at=world.time() + timedelta(seconds=seconds),
    )

    def add(tx: Tx) -> Done[None]:
        tx.invitations.add(invitation, token, world.time())
        return Done(None)

    await world.write(add)
    return token


async def send(world: World, token: str | None, **members: Any) -> httpx.Response:
    """Send a registration, valid by default."""
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    document = {"redirect_uris": [REDIRECT_URI], "client_name": "Dịch vụ thử", **members}
    return await world.http.post("/register", headers=headers, json=document)


async def register(world: World, **members: Any) -> Registered:
    """Register by an initial access token of its own."""
    response = await send(world, await invite(world), **members)
    assert response.status_code == 201, response.text
    return Registered(world.http, response.json())
