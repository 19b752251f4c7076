"""Users as they are kept, within a transaction: one, those of a query, those of a list."""

from collections.abc import Mapping, Sequence
from typing import Any

from idp.ids import OfficialId
from idp.officials.model import Official
from idp.officials.query import Query
from idp.scim.access import Caller
from idp.scim.mapping import user_of
from idp.transaction import Tx


def load_user(tx: Tx, *, caller: Caller, official_id: OfficialId) -> Any:
    """Return one user as the caller sees it; None: there is none, for this caller."""
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
