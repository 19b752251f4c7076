"""What a client may read before it has a token – RFC 7644 §4: capabilities, resource types, schemas."""

from typing import Any

from scim2_models import Resource

from idp.edge import Answer, Call
from idp.scim.answers import answer
from idp.scim.errors import ScimRefusal
from idp.scim.service import BASE, described

_LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def read_config(call: Call) -> Answer:
    """Answer what is supported (§4)."""
    config = described().config
    if config is None:
        raise LookupError("the service has a configuration")
    return answer(_told(call, config, "ServiceProviderConfig", ""))


def read_all(call: Call, endpoint: str) -> Answer:
    """Answer all resource types, or all schemas; filters are refused (§4)."""
    if any(name.lower() == "filter" for name, _ in call.query()):
        raise ScimRefusal(403, "no filter is taken here")
    told = [_told(call, one, endpoint, str(one.id)) for one in _all(endpoint)]
    return answer(
        {
            "schemas": [_LIST],
            "totalResults": len(told),
            "startIndex": 1,
            "itemsPerPage": len(told),
            "Resources": told,
        }
    )


def read_one(call: Call, endpoint: str, name: str) -> Answer:
    """Answer one of them by its id."""
    for one in _all(endpoint):
        if str(one.id).lower() == name.lower():
            return answer(_told(call, one, endpoint, str(one.id)))
    raise ScimRefusal(404, "no such resource")


def _all(endpoint: str) -> tuple[Resource[Any], ...]:
    return described().resource_types if endpoint == "ResourceTypes" else described().schemas


def _told(call: Call, resource: Resource[Any], endpoint: str, name: str) -> dict[str, Any]:
    kind = {"ResourceTypes": "ResourceType", "Schemas": "Schema"}.get(endpoint, endpoint)
    location = f"{call.provider.settings.issuer}{BASE}/{endpoint}" + (f"/{name}" if name else "")
    told: dict[str, Any] = resource.model_dump()
    return {**told, "meta": {"resourceType": kind, "location": location}}
