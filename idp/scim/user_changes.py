"""A user made, changed, removed: each one transaction, whether it came alone or in a bulk – RFC 7644 §3.3, §3.5, §3.6.

The record is locked, its version compared (§3.14), the change checked against what is there now, written with its event,
and read back. To remove one is to let them leave: no record is lost.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from scim2_models import Context, PatchOp

from idp.database import Done, Refused
from idp.edge import Call
from idp.ids import OfficialId
from idp.officials.model import Official, OfficialStatus, RecordRefused, WantedRecord
from idp.officials.service import GONE, hold, join, leave, restate
from idp.scim.access import Caller
from idp.scim.answers import matches
from idp.scim.errors import ScimRefusal
from idp.scim.loading import load_user
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

    work = partial(_update, caller=caller, official_id=official_id, change=change, if_match=if_match)
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

    work = partial(_update, caller=caller, official_id=official_id, change=change, if_match=if_match)
    return Changed(status=200, user=(await call.provider.database.transact(work)).unwrap())


async def remove(call: Call, caller: Caller, official_id: str, if_match: str | None) -> Changed:
    """Let somebody leave for good."""
    work = partial(_remove, caller=caller, official_id=official_id, if_match=if_match)
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
    return Done(load_user(tx, caller=caller, official_id=official.official_id))


def _update(
    tx: Tx, *, caller: Caller, official_id: str, change: Change, if_match: str | None
) -> Done[Any] | Refused:
    held = _hold(tx, caller, OfficialId(official_id), if_match)
    if isinstance(held, Refused):
        return held
    official = held.official
    try:
        after = change(user_of(official, caller=caller, external_id=held.external_id))
        external_id, record = external_id_of(after), record_of(after)
    except RecordRefused as error:
        return Refused(error)
    outcome = _apply(tx, official, record, caller, active=after.active is not False)
    if isinstance(outcome, Refused):
        return outcome
    if external_id != held.external_id:
        tx.officials.call(caller.client_id, official.official_id, external_id)
    return Done(load_user(tx, caller=caller, official_id=official.official_id))


def _apply(
    tx: Tx, official: Official, record: WantedRecord, caller: Caller, *, active: bool
) -> Done[Official] | Refused:
    """Make the record so; who is not active keeps no post."""
    if active:
        return restate(tx, official.official_id, record, caller.hand())
    if official.status is OfficialStatus.ACTIVE:
        leave(tx, official.official_id, reason="not active", hand=caller.hand())
    return restate(tx, official.official_id, replace(record, posts=()), caller.hand(), back=False)


def _remove(tx: Tx, *, caller: Caller, official_id: str, if_match: str | None) -> Done[None] | Refused:
    held = _hold(tx, caller, OfficialId(official_id), if_match)
    if isinstance(held, Refused):
        return held
    outcome = leave(tx, held.official.official_id, reason="removed", hand=caller.hand(), remove=True)
    return outcome if isinstance(outcome, Refused) else Done(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A record that no other transaction changes before this one ends, and what the caller calls it."""

    official: Official
    external_id: str


def _hold(tx: Tx, caller: Caller, official_id: OfficialId, if_match: str | None) -> _Held | Refused:
    """Lock a record that the caller may see, if it is the version they read (§3.14)."""
    official = hold(tx, official_id)
    if official is None or not caller.hand().sees(official):
        return Refused(GONE)
    external_id = tx.officials.external_ids(caller.client_id, [official_id]).get(official_id, "")
    if if_match is not None and not matches(
        if_match, version_of(official, caller=caller, external_id=external_id)
    ):
        return Refused(ScimRefusal(412, "the user was changed meanwhile; read it and send again"))
    return _Held(official=official, external_id=external_id)
