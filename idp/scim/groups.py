"""Groups – RFC 7643 §4.2: one role in one agency, read off the posts. Read-only: whoever changes a post changes them."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from scim2_models import ResponseParameters

from idp.edge import Answer, Call
from idp.edge.reading import record_once_a_day
from idp.ids import OfficialId
from idp.officials.query import GroupQuery
from idp.scim.access import Caller
from idp.scim.answers import answer, dumped, listed, parameters_of, search_of, stretch
from idp.scim.errors import ScimRefusal
from idp.scim.filters import group_query
from idp.scim.mapping import group_of, group_of_id
from idp.scim.resources import Group
from idp.scim.users import reading_of
from idp.transaction import Tx

MOST_MEMBERS = 1_000
_NONE = ScimRefusal(404, "no such group")


async def read_group(call: Call, caller: Caller, group_id: str) -> Answer:
    """Answer one group (§3.4.1)."""
    parameters = parameters_of(call, Group)
    asked = group_of_id(group_id)
    if asked is None:
        raise _NONE
    query = GroupQuery(root=caller.root, now=caller.now, agency=asked.agency_code, role=asked.role.value)
    work = partial(
        _find, caller=caller, query=query, skip=0, limit=1, with_members=_wants_members(parameters)
    )
    _, found = await call.provider.database.read(work)
    if not found:
        raise _NONE
    await record_once_a_day(call, *reading_of(caller))
    location = f"{caller.base}/Groups/{group_id}"
    return answer(dumped(found[0], parameters), headers=(("content-location", location),))


async def find_groups(call: Call, caller: Caller, given: dict[str, Any]) -> Answer:
    """Answer those groups that a filter finds, in the order of agency and role (§3.4.2)."""
    request = search_of(given, Group)
    if request.sort_by is not None and str(request.sort_by).lower() not in {"id", "displayname"}:
        raise ScimRefusal(400, "sortBy: id or displayName", scim_type="invalidPath")
    if request.sort_order == request.SortOrder.descending:
        raise ScimRefusal(400, "sortOrder: ascending alone", scim_type="invalidValue")
    query = group_query(
        None if request.filter is None else request.filter.ast, root=caller.root, now=caller.now
    )
    skip, limit = stretch(request)
    with_members = _wants_members(request)
    if with_members and limit > 1:
        limit = 1  # members are many: one group at a time
    work = partial(_find, caller=caller, query=query, skip=skip, limit=limit, with_members=with_members)
    total, found = await call.provider.database.read(work)
    await record_once_a_day(call, *reading_of(caller))
    return listed(found, Group, total=total, start=skip + 1, parameters=request)


def _wants_members(parameters: ResponseParameters[Any]) -> bool:
    return any(str(path).lower().split(".")[0] == "members" for path in parameters.attributes or ())


def _find(
    tx: Tx, *, caller: Caller, query: GroupQuery, skip: int, limit: int, with_members: bool
) -> tuple[int, list[Group]]:
    total, found = tx.officials.groups(query, skip=skip, limit=limit)
    told: list[Group] = []
    for one in found:
        members: tuple[OfficialId, ...] | None = None
        if with_members:
            members = tx.officials.members(one, root=caller.root, now=caller.now, limit=MOST_MEMBERS + 1)
            _check_number(members)
        told.append(group_of(one, base=caller.base, members=members))
    return total, told


def _check_number(members: Sequence[OfficialId]) -> None:
    if len(members) > MOST_MEMBERS:
        raise ScimRefusal(
            400,
            f"more than {MOST_MEMBERS} members; ask /Users with the filter groups.value",
            scim_type="tooMany",
        )
