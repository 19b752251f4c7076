"""The ways to sign in that this interaction has, and what other pages may say where one is chosen."""

from idp.citizen.codes.offering import code_channels
from idp.citizen.cross_device.offering import may_use_phone
from idp.citizen.interaction import Opened
from idp.citizen.passkeys.asking import may_use_passkey
from idp.edge import Call
from idp.protocol.facts import Realm
from idp.protocol.offered_ways import offers_city_credentials
from idp.ui.errors import ErrorSummary, one_error

MESSAGES = {
    **dict.fromkeys(("upstream-failed", "organisation-account", "level"), "upstream_failed"),
    "late": "upstream_late",
}
"""What another page may say here: a closed list, never words from the URL. One sentence serves three of them."""


def ways_to_sign_in(call: Call, opened: Opened) -> list[str]:
    """Return the ways that could do for this request, by name."""
    provider = call.provider
    is_officials = opened.realm is Realm.OFFICIAL
    ways = ["national"] if provider.national is not None and not is_officials else []
    if offers_city_credentials(
        opened.request, opened.client, upstream_down=provider.takes_degraded(provider.clock.now())
    ):
        ways.append("password")
    if may_use_passkey(call, opened):
        ways.append("passkey")
    if code_channels(call, opened):
        ways.append("code")
    if may_use_phone(call, opened):
        ways.append("qr")
    return ways


def told_by(call: Call) -> str:
    """Return what another page says here, by name; empty: nothing."""
    return dict(call.query()).get("m", "")


def failed_with(message: str) -> ErrorSummary | None:
    """Return the words for what another page says went wrong; None: nothing did."""
    return one_error(MESSAGES[message]) if message in MESSAGES else None
