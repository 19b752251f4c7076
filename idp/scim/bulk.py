"""Many changes in one request – RFC 7644 §3.7. Each is a transaction of its own, as if it had come alone, in order.

A user made here may be named `bulkId:…` by what follows. Operations and bytes are bounded (§3.7.4).
"""

import re
from collections.abc import Awaitable, Mapping
from typing import Any

from scim2_models.messages.bulk import BulkRequest

from idp.edge import Answer, Call
from idp.scim.access import Caller
from idp.scim.answers import answer, is_of, payload_of
from idp.scim.errors import REFUSED, ScimRefusal, refusal_of
from idp.scim.service import MOST_OPERATIONS
from idp.scim.user_changes import Changed, create, modify, put, remove

_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
_PATH = re.compile(r"/?Users(?:/([A-Za-z0-9:_-]{1,100}))?", re.ASCII)
_BULK_ID = "bulkId:"


async def bulk(call: Call, caller: Caller) -> Answer:
    """Carry out operations until there are none left, or too many failed."""
    payload = payload_of(call)
    operations = payload.get("Operations")
    if not is_of(payload, str(BulkRequest.__schema__)) or not isinstance(operations, list):
        raise ScimRefusal(400, "a BulkRequest with Operations is needed", scim_type="invalidSyntax")
    if len(operations) > MOST_OPERATIONS:
        raise ScimRefusal(413, f"at most {MOST_OPERATIONS} operations")
    most_errors = payload.get("failOnErrors")
    if most_errors is not None and (not isinstance(most_errors, int) or most_errors < 1):
        raise ScimRefusal(400, "failOnErrors: a number from 1", scim_type="invalidValue")
    made: dict[str, str] = {}
    results: list[dict[str, object]] = []
    errors = 0
    for operation in operations:
        result, failed = await _carry_out(call, caller, operation, made)
        results.append(result)
        errors += failed
        if most_errors is not None and errors >= most_errors:
            break
    return answer({"schemas": [_RESPONSE], "Operations": results})


async def _carry_out(
    call: Call, caller: Caller, operation: Any, made: dict[str, str]
) -> tuple[dict[str, object], bool]:
    """Carry out one operation; return its result, and whether it failed."""
    known = operation if isinstance(operation, dict) else {}
    method, bulk_id = str(known.get("method", "")).upper(), known.get("bulkId")
    result: dict[str, object] = {"method": method}
    if isinstance(bulk_id, str):
        result["bulkId"] = bulk_id
    official_id = ""
    try:
        official_id = _target(known, made)
        changed = await _change(call, caller, method, official_id, known)
    except REFUSED as error:
        refusal = refusal_of(error)
        if official_id:
            result["location"] = f"{caller.base}/Users/{official_id}"
        return {**result, "status": str(refusal.status), "response": refusal.body()}, True
    if changed.user is None:
        result["location"] = f"{caller.base}/Users/{official_id}"
    else:
        result |= {"location": changed.location, "version": changed.version}
    if method == "POST" and isinstance(bulk_id, str):
        made[bulk_id] = str(changed.user.id)
    return {**result, "status": str(changed.status)}, False


def _target(operation: Mapping[str, Any], made: Mapping[str, str]) -> str:
    """Return the id an operation is about, empty for all users."""
    path = _PATH.fullmatch(str(operation.get("path", "")))
    if path is None:
        raise ScimRefusal(400, "path: /Users, or /Users/ with an id", scim_type="invalidPath")
    named = path[1] or ""
    if named.startswith(_BULK_ID):
        if named.removeprefix(_BULK_ID) not in made:
            raise ScimRefusal(409, "no user was made under this bulkId")
        return made[named.removeprefix(_BULK_ID)]
    return named


def _change(
    call: Call, caller: Caller, method: str, official_id: str, operation: Mapping[str, Any]
) -> Awaitable[Changed]:
    """Return the change that an operation asks for, not begun yet."""
    data, version = operation.get("data"), operation.get("version")
    if version is not None and not isinstance(version, str):
        raise ScimRefusal(400, "version: a text", scim_type="invalidValue")
    if method == "DELETE" and official_id:
        return remove(call, caller, official_id, version)
    if not isinstance(data, dict):
        raise ScimRefusal(400, "data: an object", scim_type="invalidValue")
    if method == "POST" and not official_id:
        if not isinstance(operation.get("bulkId"), str):
            raise ScimRefusal(400, "bulkId is needed", scim_type="invalidValue")
        return create(call, caller, data)
    if method == "PUT" and official_id:
        return put(call, caller, official_id, data, version)
    if method == "PATCH" and official_id:
        return modify(call, caller, official_id, data, version)
    raise ScimRefusal(400, "method and path do not go together", scim_type="invalidPath")
