"""A sign-in that waits to be confirmed on another device."""

from dataclasses import replace
from typing import Any

from idp.cross_device.model import LIFE, Asked
from idp.ids import ClientId
from idp.protocol.assurance import Acr
from idp.protocol.cross_device import Needed
from tests.stores.samples import NOW


def make_asked(**changes: Any) -> Asked:
    asked = Asked(
        interaction_id="interaction-1",
        code="BCDF-GHJK",
        number="47",
        client_id=ClientId("rp"),
        device="Chrome, Windows",
        network=b"\x04\xcb\x00\x71",
        needed=Needed(acr=Acr.SUBSTANTIAL, since=NOW),
        asked_at=NOW,
        expires_at=NOW + LIFE,
    )
    return replace(asked, **changes)
