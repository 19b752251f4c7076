"""Speaks SCIM as an HR system does: over ASGI, with a token of its own."""

from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from idp.scim.resources import CORE, ENTERPRISE, OFFICIAL
from tests.driver import RelyingParty
from tests.world import World

AGENCIES = ("H24", "H24.08", "H24.08.1", "H24.10", "H24.101")
BASE = "/scim/v2"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
SCIM = "application/scim+json"


def user(number: str = "CB1", **changes: Any) -> dict[str, Any]:
    """A user as a client sends it, valid by default."""
    document: dict[str, Any] = {
        "schemas": [CORE, ENTERPRISE, OFFICIAL],
        "userName": number,
        "displayName": "Phạm Thu Trang",
        "active": True,
        "emails": [{"value": f"{number.lower()}@haiphong.example"}],
        ENTERPRISE: {"department": "H24.08"},
        OFFICIAL: {"posts": [post()]},
    }
    return document | changes


def post(agency: str = "H24.08", **changes: Any) -> dict[str, Any]:
    """A post as a client sends it."""
    return {"agency": agency, "position": "Chuyên viên", "roles": ["case-officer"], **changes}


def operations(*given: dict[str, Any]) -> dict[str, Any]:
    """The body of a PATCH."""
    return {"schemas": [PATCH], "Operations": list(given)}


@dataclass
class HrSystem:
    """One client with scim.write, bound to an agency."""

    world: World
    token: str = field(repr=False)
    machine: RelyingParty | None = None

    @classmethod
    async def of(
        cls, world: World, agency: str, *, client_id: str = "hr", scopes: tuple[str, ...] = ("scim.write",)
    ) -> "HrSystem":
        audience = world.issuer + BASE
        machine = await world.machine(
            client_id, scopes=frozenset(scopes), audiences=(audience,), hr_agency=agency
        )
        response = await machine.token(world.http, grant_type="client_credentials")
        assert response.status_code == 200, response.text
        return cls(world=world, token=response.json()["access_token"], machine=machine)

    async def anew(self) -> "HrSystem":
        """Return it with a token of now."""
        assert self.machine is not None
        response = await self.machine.token(self.world.http, grant_type="client_credentials")
        return replace(self, token=response.json()["access_token"])

    async def call(
        self, method: str, path: str, json: Any = None, headers: dict[str, str] | None = None, **query: str
    ) -> httpx.Response:
        """Send a request; a body goes as application/scim+json."""
        given = {"authorization": f"Bearer {self.token}", **(headers or {})}
        if json is not None:
            given.setdefault("content-type", SCIM)
        return await self.world.http.request(
            method, BASE + path, json=json, headers=given, params=query or None
        )

    async def create(self, number: str = "CB1", **changes: Any) -> dict[str, Any]:
        response = await self.call("POST", "/Users", user(number, **changes))
        assert response.status_code == 201, response.text
        return dict(response.json())

    async def read(self, user_id: str) -> dict[str, Any]:
        response = await self.call("GET", f"/Users/{user_id}")
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def found(self, text: str | None = None, **query: str) -> list[str]:
        """Return the employee numbers that a filter finds."""
        if text is not None:
            query["filter"] = text
        response = await self.call("GET", "/Users", None, None, **query)
        assert response.status_code == 200, response.text
        return [one["userName"] for one in response.json().get("Resources", ())]
