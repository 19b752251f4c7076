"""Users – RFC 7644 §3.3 to §3.6: found and read here; how one is made or changed is in user_changes.py."""

from functools import partial
from typing import Any

from scim2_models import SearchRequest
from scim2_models.path import AttrPath

from idp.audit.events import AuditEvent, EventType
from idp.audit.occasion import client_ref
from idp.edge import Answer, Call
from idp.edge.reading import record_once_a_day
from idp.ids import OfficialId
from idp.officials.query import Condition, Every, Field, Query
from idp.officials.service import GONE
from idp.scim.access import Caller
from idp.scim.answers import (
    answer,
    dumped,
    empty,
    listed,
    matches,
    parameters_of,
    payload_of,
    search_of,
    stretch,
)
from idp.scim.errors import ScimRefusal
from idp.scim.filters import SORTS, condition_of, named
from idp.scim.loading import load_user, load_users
from idp.scim.resources import FullUser
from idp.scim.user_changes import create, modify, put, remove


async def read_user(call: Call, caller: Caller, official_id: str) -> Answer:
    """Answer one user (§3.4.1)."""
    parameters = parameters_of(call, FullUser)
    user = await call.provider.database.read(
        partial(load_user, caller=caller, official_id=OfficialId(official_id))
    )
    if user is None:
        raise GONE
    await record_once_a_day(call, *reading_of(caller))
    if matches(call.headers.get("if-none-match"), user.meta.version):
        return Answer(status=304, headers=(("etag", user.meta.version),))
    return answer(dumped(user, parameters), headers=_about(user))


async def find_users(call: Call, caller: Caller, given: dict[str, Any]) -> Answer:
    """Answer those users that a filter finds (§3.4.2, §3.4.3)."""
    request = search_of(given, FullUser)
    query = query_of(request, caller)
    total, users = await call.provider.database.read(partial(load_users, caller=caller, query=query))
    await record_once_a_day(call, *reading_of(caller))
    return listed(users, FullUser, total=total, start=query.skip + 1, parameters=request)


def query_of(request: SearchRequest[Any], caller: Caller, condition: Condition | None = None) -> Query:
    """Return a search as a query on what lies in the clear, within the caller's agencies."""
    if condition is None:
        condition = Every() if request.filter is None else condition_of(request.filter.ast)
    order = Field.AGENCY
    if request.sort_by is not None:
        path = request.sort_by.ast
        at = named(path) if isinstance(path, AttrPath) else ("", "")
        if at not in SORTS:
            raise ScimRefusal(400, "sortBy: not an attribute to sort by here", scim_type="invalidPath")
        order = SORTS[at]
    skip, limit = stretch(request)
    return Query(
        root=caller.root,
        client_id=caller.client_id,
        condition=condition,
        order=order,
        descending=request.sort_order == SearchRequest.SortOrder.descending,
        skip=skip,
        limit=limit,
        now=caller.now,
    )


async def create_user(call: Call, caller: Caller) -> Answer:
    """Make a record (§3.3)."""
    parameters = parameters_of(call, FullUser)
    made = await create(call, caller, payload_of(call))
    return answer(
        dumped(made.user, parameters), status=201, headers=(*_about(made.user), ("location", made.location))
    )


async def replace_user(call: Call, caller: Caller, official_id: str) -> Answer:
    """Make a record what is sent (§3.5.1); posts that are left out end."""
    parameters = parameters_of(call, FullUser)
    changed = await put(call, caller, official_id, payload_of(call), call.headers.get("if-match"))
    return answer(dumped(changed.user, parameters), headers=_about(changed.user))


async def modify_user(call: Call, caller: Caller, official_id: str) -> Answer:
    """Change parts of a record (§3.5.2)."""
    parameters = parameters_of(call, FullUser)
    changed = await modify(call, caller, official_id, payload_of(call), call.headers.get("if-match"))
    return answer(dumped(changed.user, parameters), headers=_about(changed.user))


async def remove_user(call: Call, caller: Caller, official_id: str) -> Answer:
    """Let somebody leave, and show the record no more (§3.6)."""
    await remove(call, caller, official_id, call.headers.get("if-match"))
    return empty()


def _about(user: Any) -> tuple[tuple[str, str], ...]:
    return ("etag", str(user.meta.version)), ("content-location", str(user.meta.location))


def reading_of(caller: Caller) -> tuple[str, AuditEvent]:
    """Return what `record_once_a_day` takes: the first reading of a day by a client (DESIGN 5.9, class 3)."""
    event = caller.occasion.event(
        EventType.OFFICIALS_READ,
        actor=client_ref(caller.client_id),
        client_id=caller.client_id,
        agency=caller.root,
    )
    return f"{caller.client_id} reads officials of {caller.root}", event
