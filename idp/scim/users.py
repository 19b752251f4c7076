"""Users – RFC 7644 §3.3 to §3.6. To remove one is to let them leave: no record is lost.

Each change is one transaction: the record is locked, its version compared (§3.14), the change checked against what is
there now, written with its event, and read back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from scim2_models import Context, PatchOp, SearchRequest
from scim2_models.path import AttrPath

from idp.audit.events import AuditEvent, EventType
from idp.audit.occasion import client_ref
from idp.database import Done, Refused
from idp.edge import Answer, Call
from idp.edge.reading import record_once_a_day
from idp.ids import OfficialId
from idp.officials.model import Official, OfficialStatus, RecordRefused, WantedRecord
from idp.officials.query import Condition, Every, Field, Query
from idp.officials.service import GONE, hold, join, leave, restate
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
from idp.scim.mapping import external_id_of, record_of, user_of, version_of
from idp.scim.resources import FullUser
from idp.scim.service import described
from idp.transaction import Tx

_MOST_OPERATIONS = 50
Change = Callable[[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What came of a change."""

    status: int
    user: Any
    """None: it is gone."""

    @property
    def location(self) -> str:
        """Return where it is."""
        return str(self.user.meta.location)

    @property
    def version(self) -> str:
        """Return its ETag."""
        return str(self.user.meta.version)


async def read_user(call: Call, caller: Caller, official_id: str) -> Answer:
    """Answer one user (§3.4.1)."""
    parameters = parameters_of(call, FullUser)
    user = await call.provider.database.read(
        partial(_load, caller=caller, official_id=OfficialId(official_id))
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


async def create(call: Call, caller: Caller, payload: dict[str, Any]) -> Changed:
    """Make a record of a payload."""
    user = FullUser.model_validate(
        payload, scim_ctx=Context.RESOURCE_CREATION_REQUEST, scim_provider=described()
    )
    work = partial(_create, caller=caller, user=user)
    return Changed(status=201, user=(await call.provider.database.transact(work)).unwrap())


async def put(
    call: Call, caller: Caller, official_id: str, payload: dict[str, Any], if_match: str | None
) -> Changed:
    """Replace a record by a payload."""
    user = FullUser.model_validate(
        payload, scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST, scim_provider=described()
    )

    def change(before: Any) -> Any:
        after = user.model_copy(deep=True)
        if after.active is None:
            after.active = before.active
        return after

    work = partial(
        _update, caller=caller, official_id=OfficialId(official_id), change=change, if_match=if_match
    )
    return Changed(status=200, user=(await call.provider.database.transact(work)).unwrap())


async def modify(
    call: Call, caller: Caller, official_id: str, payload: dict[str, Any], if_match: str | None
) -> Changed:
    """Apply the operations of a payload to a record."""
    operations = payload.get("Operations", payload.get("operations"))
    if isinstance(operations, list) and len(operations) > _MOST_OPERATIONS:
        raise ScimRefusal(400, f"Operations: at most {_MOST_OPERATIONS}", scim_type="tooMany")
    patch: PatchOp[Any] = PatchOp[FullUser].model_validate(
        payload, scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_provider=described()
    )

    def change(before: Any) -> Any:
        after = before.model_copy(deep=True)
        patch.patch(after)
        return after

    work = partial(
        _update, caller=caller, official_id=OfficialId(official_id), change=change, if_match=if_match
    )
    return Changed(status=200, user=(await call.provider.database.transact(work)).unwrap())


async def remove(call: Call, caller: Caller, official_id: str, if_match: str | None) -> Changed:
    """Let somebody leave for good."""
    work = partial(_remove, caller=caller, official_id=OfficialId(official_id), if_match=if_match)
    (await call.provider.database.transact(work)).unwrap()
    return Changed(status=204, user=None)


def _create(tx: Tx, *, caller: Caller, user: Any) -> Done[Any] | Refused:
    try:
        external_id = external_id_of(user)
        outcome = join(tx, record_of(user), caller.hand())
    except RecordRefused as error:
        return Refused(error)
    if isinstance(outcome, Refused):
        return outcome
    official = outcome.value
    if user.active is False:
        leave(tx, official.official_id, reason="not employed", hand=caller.hand())
    tx.officials.call(caller.client_id, official.official_id, external_id)
    return Done(_load(tx, caller=caller, official_id=official.official_id))


def _update(
    tx: Tx, *, caller: Caller, official_id: OfficialId, change: Change, if_match: str | None
) -> Done[Any] | Refused:
    official = _lock(tx, caller, official_id)
    if official is None:
        return Refused(GONE)
    known = tx.officials.external_ids(caller.client_id, [official_id]).get(official_id, "")
    version = version_of(official, caller=caller, external_id=known)
    if if_match is not None and not matches(if_match, version):
        return Refused(_outdated())
    try:
        after = change(user_of(official, caller=caller, external_id=known))
        external_id, record = external_id_of(after), record_of(after)
    except RecordRefused as error:
        return Refused(error)
    outcome = _apply(tx, official, record, caller, active=after.active is not False)
    if isinstance(outcome, Refused):
        return outcome
    if external_id != known:
        tx.officials.call(caller.client_id, official_id, external_id)
    return Done(_load(tx, caller=caller, official_id=official_id))


def _apply(
    tx: Tx, official: Official, record: WantedRecord, caller: Caller, *, active: bool
) -> Done[Official] | Refused:
    """Make the record so; who is not active keeps no post."""
    if active:
        return restate(tx, official.official_id, record, caller.hand())
    if official.status is OfficialStatus.ACTIVE:
        leave(tx, official.official_id, reason="not active", hand=caller.hand())
    return restate(tx, official.official_id, replace(record, posts=()), caller.hand(), back=False)


def _remove(tx: Tx, *, caller: Caller, official_id: OfficialId, if_match: str | None) -> Done[None] | Refused:
    official = _lock(tx, caller, official_id)
    if official is None:
        return Refused(GONE)
    known = tx.officials.external_ids(caller.client_id, [official_id]).get(official_id, "")
    version = version_of(official, caller=caller, external_id=known)
    if if_match is not None and not matches(if_match, version):
        return Refused(_outdated())
    outcome = leave(tx, official_id, reason="removed", hand=caller.hand(), remove=True)
    return outcome if isinstance(outcome, Refused) else Done(None)


def _lock(tx: Tx, caller: Caller, official_id: OfficialId) -> Official | None:
    official = hold(tx, official_id)
    return official if official is not None and caller.hand().sees(official) else None


def _outdated() -> ScimRefusal:
    return ScimRefusal(412, "the user was changed meanwhile; read it and send again")


def _load(tx: Tx, *, caller: Caller, official_id: OfficialId) -> Any:
    official = tx.officials.get(official_id)
    if official is None or not caller.hand().sees(official):
        return None
    names = tx.officials.external_ids(caller.client_id, [official_id])
    return user_of(official, caller=caller, external_id=names.get(official_id, ""))


def load_users(tx: Tx, *, caller: Caller, query: Query) -> tuple[int, list[Any]]:
    """Return how many users a query finds, and those of its stretch."""
    total, found = tx.officials.search(query)
    names = tx.officials.external_ids(caller.client_id, [one.official_id for one in found])
    return total, users_of(found, names, caller=caller)


def users_of(found: Sequence[Official], names: Mapping[OfficialId, str], *, caller: Caller) -> list[Any]:
    """Return records as users, each with what the caller calls it."""
    return [user_of(one, caller=caller, external_id=names.get(one.official_id, "")) for one in found]


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
