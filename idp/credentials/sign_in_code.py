"""Codes sent to an address as a way to sign in: the rules (SP 800-63B-4 §3.1.3; SECURITY E11; adr/0052). Pure.

By SMS it is a restricted authenticator. By mail it is none of the guideline's authenticators: it shows that somebody
reads a mailbox. Either opens level low and nothing above, never beside another factor.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from idp.ids import PersonId
from idp.messages.model import Channel
from idp.messages.model.codes import MOST_CODE_TRIES, next_from

CODE_LASTS = timedelta(minutes=10)
YOUNGEST = timedelta(days=1)
"""An address opens the account no sooner than this after it was allowed to: its owner has read the notice by then."""
AMR: Mapping[Channel, tuple[str, ...]] = {Channel.PHONE: ("sms",), Channel.EMAIL: ("email",)}
"""Channel → how somebody was proved: `sms` of RFC 8176, and a word of ours. `otp` is a code of an authenticator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInCode:
    """A code that was asked for in one interaction: never the code, a keyed digest of it with all it is bound to."""

    interaction_id: str
    person_id: PersonId
    """Whose record the address opens; nobody's if it opens none."""
    account: str = field(repr=False)
    """What wrong codes are counted under, as wrong passwords for the same address are (SECURITY E10)."""
    channel: Channel
    address: str = field(repr=False)
    """As it was typed."""
    digest: bytes = field(repr=False)
    tries: int
    expires_at: datetime

    def is_over(self, now: datetime) -> bool:
        """Tell whether it may be entered no more."""
        return now >= self.expires_at or self.tries >= MOST_CODE_TRIES

    def next_from(self, now: datetime) -> datetime | None:
        """Return from when another may be sent to the same address; None: now, as for one that is over."""
        return None if self.is_over(now) else next_from(self.expires_at, lasts=CODE_LASTS, now=now)


def code_material(interaction_id: str, channel: Channel, address: str, code: str) -> str:
    """Return what is digested: the code with its purpose, this browser's interaction, channel and address."""
    return f"sign-in code\n{interaction_id}\n{channel.value}\n{address}\n{code}"


def may_open(signs_in_since: datetime | None, now: datetime) -> bool:
    """Tell whether an address that was allowed to open the account since then does so by now."""
    return signs_in_since is not None and now >= signs_in_since + YOUNGEST
