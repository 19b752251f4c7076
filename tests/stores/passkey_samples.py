"""A passkey as stores keep it, valid by default."""

from dataclasses import replace
from typing import Any

from idp.credentials.model import Passkey
from idp.ids import PersonId
from idp.protocol.assurance import Acr
from tests.stores.samples import NOW


def make_passkey(person_id: PersonId, **changes: Any) -> Passkey:
    one = Passkey(
        passkey_id="k-1",
        person_id=person_id,
        credential_id=b"c" * 32,
        user_handle=b"h" * 64,
        public_key=b"\xa5cose",
        sign_count=0,
        transports=("hybrid", "internal"),
        is_synced=True,
        is_backed_up=False,
        aaguid="00000000-0000-0000-0000-000000000000",
        name="Điện thoại của Hương",
        bound_acr=Acr.SUBSTANTIAL,
        created_at=NOW,
    )
    return replace(one, **changes)
