"""A search across users and groups – RFC 7644 §3.4.3: users first, then groups, one count and one stretch for both.

An attribute that only one of them has finds nothing of the other (§3.4.2.1); one that neither can be asked for is
refused.
"""

from dataclasses import replace
from functools import partial
from typing import Any

from scim2_models import InvalidFilterException, SearchRequest
from scim2_models.path import Comparison, FilterNode

from idp.edge import Answer, Call
from idp.edge.reading import record_once_a_day
from idp.officials.query import Condition, Every, GroupQuery, Some
from idp.scim.access import Caller
from idp.scim.answers import listed, search_of, stretch
from idp.scim.errors import ScimRefusal
from idp.scim.filters import condition_of, group_query
from idp.scim.loading import users_of
from idp.scim.mapping import group_of
from idp.scim.resources import FullUser, Group
from idp.scim.users import query_of, reading_of
from idp.transaction import Tx

_BOTH = FullUser | Group


async def search_all(call: Call, caller: Caller, given: dict[str, Any]) -> Answer:
    """Answer users and groups that a filter finds."""
    request = search_of(given, _BOTH)
    if request.sort_by is not None:
        raise ScimRefusal(400, "sortBy: at /Users and /Groups", scim_type="invalidPath")
    condition, groups = _conditions(None if request.filter is None else request.filter.ast, caller)
    skip, limit = stretch(request)
    work = partial(
        _find, caller=caller, request=request, condition=condition, groups=groups, skip=skip, limit=limit
    )
    total, found = await call.provider.database.read(work)
    await record_once_a_day(call, *reading_of(caller))
    return listed(found, _BOTH, total=total, start=skip + 1, parameters=request)


def _conditions(node: FilterNode | None, caller: Caller) -> tuple[Condition, GroupQuery | None]:
    """Return what is asked of users and of groups; None: of no group."""
    if node is None:
        return Every(), group_query(None, root=caller.root, now=caller.now)
    if isinstance(node, Comparison) and str(node.attr_path).lower() == "meta.resourcetype":
        of_groups = node.value == "Group"
        return condition_of(node), group_query(None, root=caller.root, now=caller.now) if of_groups else None
    groups: GroupQuery | None = None
    try:
        groups = group_query(node, root=caller.root, now=caller.now)
        return condition_of(node), groups
    except InvalidFilterException:
        return (Some(), groups) if groups is not None else (condition_of(node), None)


def _find(
    tx: Tx,
    *,
    caller: Caller,
    request: SearchRequest[Any],
    condition: Condition,
    groups: GroupQuery | None,
    skip: int,
    limit: int,
) -> tuple[int, list[Any]]:
    query = replace(query_of(request, caller, condition), skip=skip, limit=limit)
    users, officials = tx.officials.search(query)
    names = tx.officials.external_ids(caller.client_id, [one.official_id for one in officials])
    found = users_of(officials, names, caller=caller)
    if groups is None:
        return users, found
    of_groups, more = tx.officials.groups(groups, skip=max(0, skip - users), limit=limit - len(found))
    return users + of_groups, [*found, *(group_of(one, base=caller.base) for one in more)]
