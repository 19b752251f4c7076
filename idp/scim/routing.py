"""/scim/v2: which address does what – RFC 7644 §3.2. One table; whatever else is asked for is not there."""

from collections.abc import Awaitable, Callable, Mapping

from idp.edge import Answer, Call
from idp.scim.access import READ, WRITE, Caller, authenticate
from idp.scim.answers import asked, is_of, payload_of
from idp.scim.bulk import bulk
from idp.scim.discovery import read_all, read_config, read_one
from idp.scim.errors import ScimRefusal
from idp.scim.groups import find_groups, read_group
from idp.scim.search import search_all
from idp.scim.service import BASE
from idp.scim.users import create_user, find_users, modify_user, read_user, remove_user, replace_user

PREFIX = f"{BASE}/"
Handler = Callable[[Call, Caller], Awaitable[Answer]]
_SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


async def scim(call: Call) -> Answer:
    """Answer a request under /scim/v2."""
    parts = call.path.removeprefix(PREFIX).split("/")
    if (discovered := _discovered(call, parts)) is not None:
        return discovered
    handlers = _handlers(parts)
    method = "GET" if call.method == "HEAD" else call.method
    if method not in handlers:
        raise ScimRefusal(405, "not offered here", headers=(("allow", ", ".join(sorted(handlers))),))
    is_reading = method == "GET" or parts[-1] == ".search"
    caller = await authenticate(call, scope=READ if is_reading else WRITE)
    return await handlers[method](call, caller)


def _discovered(call: Call, parts: list[str]) -> Answer | None:
    if parts[0] not in {"ServiceProviderConfig", "ResourceTypes", "Schemas"} or len(parts) > 2:
        return None
    if call.method not in {"GET", "HEAD"}:
        raise ScimRefusal(405, "not offered here", headers=(("allow", "GET"),))
    match parts:
        case ["ServiceProviderConfig"]:
            return read_config(call)
        case ["ResourceTypes" | "Schemas" as endpoint]:
            return read_all(call, endpoint)
        case ["ResourceTypes" | "Schemas" as endpoint, name]:
            return read_one(call, endpoint, name)
        case _:
            return None


def _handlers(parts: list[str]) -> Mapping[str, Handler]:
    match parts:
        case ["Users"]:
            return {"GET": lambda call, caller: find_users(call, caller, asked(call)), "POST": create_user}
        case ["Users", ".search"]:
            return {"POST": lambda call, caller: find_users(call, caller, _searched(call))}
        case ["Users", official_id]:
            return {
                "GET": lambda call, caller: read_user(call, caller, official_id),
                "PUT": lambda call, caller: replace_user(call, caller, official_id),
                "PATCH": lambda call, caller: modify_user(call, caller, official_id),
                "DELETE": lambda call, caller: remove_user(call, caller, official_id),
            }
        case ["Groups"]:
            return {"GET": lambda call, caller: find_groups(call, caller, asked(call))}
        case ["Groups", ".search"]:
            return {"POST": lambda call, caller: find_groups(call, caller, _searched(call))}
        case ["Groups", group_id]:
            return {"GET": lambda call, caller: read_group(call, caller, group_id)}
        case [".search"]:
            return {"POST": lambda call, caller: search_all(call, caller, _searched(call))}
        case ["Bulk"]:
            return {"POST": bulk}
        case _:
            raise ScimRefusal(404, "no such address")


def _searched(call: Call) -> dict[str, object]:
    """Return the parameters of a search by POST (§3.4.3)."""
    payload = payload_of(call)
    if not is_of(payload, _SEARCH):
        raise ScimRefusal(400, "a SearchRequest is needed", scim_type="invalidSyntax")
    return {name.lower(): value for name, value in payload.items() if name != "schemas"}
