"""Calls as the adapter would hand them to an endpoint, on the few parts of a provider that the edge itself uses."""

from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from idp.clock import Clock
from idp.edge.call import Call
from idp.settings import Settings
from keys.envelope import Vault
from keys.master import MasterKey
from tests import make

if TYPE_CHECKING:
    from idp.provider import Provider

VAULT = Vault(MasterKey(current=1, versions={1: bytes(range(32))}))


def _time() -> datetime:
    return make.NOW


def a_call(
    *,
    method: str = "GET",
    query: bytes = b"",
    body: bytes = b"",
    issuer: str = make.ISSUER,
    **headers: str,
) -> Call:
    """A call with these headers; an underscore in a name stands for a hyphen."""
    parts = SimpleNamespace(settings=Settings(issuer=issuer), clock=Clock(_time), vault=VAULT)
    return Call(
        provider=cast("Provider", parts),
        method=method,
        path="/consent",
        query_string=query,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        body=body,
        peer="192.0.2.1",
        txn="ABCD-EFGH-JKMN",
    )
