"""Where a person wants to be reached, as they proved by a code: the rules (SP 800-63B-4 §4.2.1.2). Pure.

An address may be several people's: families share phones and mailboxes, so nobody is told who else has one, and no answer
depends on it (SECURITY E16). Mail goes to ASCII addresses alone: letters that look alike can't pass for another's.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from idp.ids import PersonId
from idp.messages.model import Channel
from idp.messages.model.codes import next_from
from idp.people.contact_forms import is_email, is_phone
from idp.people.identifiers import normal_form
from idp.people.model import Attribute, IdentifierScheme, Origin, PersonProfile, Source

MOST_CONTACTS = 2
"""Addresses of one channel: one may be lost (SP 800-63B-4 §4.2.1.2, two recovery addresses)."""
CODE_LASTS = {Channel.PHONE: timedelta(minutes=10), Channel.EMAIL: timedelta(hours=24)}
"""Channel → how long a code is good (SP 800-63B-4 §4.2.1.2)."""
SCHEMES = {Channel.PHONE: IdentifierScheme.PHONE, Channel.EMAIL: IdentifierScheme.EMAIL}

_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
"""RFC 5321 §4.1.2 without quoted strings and address literals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One address that a person has proved to read."""

    contact_id: str
    channel: Channel
    address: str = field(repr=False)
    language: str
    verified_at: datetime
    signs_in_since: datetime | None = None
    """Since when its owner lets codes to it open the account, at level low alone (adr/0052); None: they do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingCode:
    """A code that was sent: never the code, a keyed digest of it with all it is bound to."""

    channel: Channel
    address: str = field(repr=False)
    replaces: str
    """Contact that the new one stands for; empty: none."""
    language: str
    digest: bytes = field(repr=False)
    tries: int
    expires_at: datetime

    def next_from(self, now: datetime) -> datetime | None:
        """Return from when another may be sent to the same address; None: now."""
        return next_from(self.expires_at, lasts=CODE_LASTS[self.channel], now=now)


def counter_of(person_id: PersonId) -> str:
    """Return the counter of wrong codes: not that of the password, which a right code must not forgive."""
    return f"contact:{person_id}"


def read_address(channel: Channel, typed: str) -> str | None:
    """Return the address as it is sent to, or None if it is none: E.164, or ASCII with a domain in lower case."""
    if channel is Channel.PHONE:
        number = normal_form(IdentifierScheme.PHONE, typed)
        return number if number.isascii() and is_phone(number) else None
    address = typed.strip()
    if len(address) > 254 or not is_email(address) or _EMAIL.fullmatch(address) is None:
        return None
    local, _, domain = address.rpartition("@")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        return None
    return f"{local}@{domain.lower()}"


def same_address(channel: Channel, one: str, other: str) -> bool:
    """Tell whether two spellings are one address."""
    scheme = SCHEMES[channel]
    return normal_form(scheme, one) == normal_form(scheme, other)


def code_material(person_id: str, pending: PendingCode, code: str) -> str:
    """Return what is digested: the code with person, purpose, channel, address and what it replaces."""
    channel = pending.channel.value
    return f"contact\n{person_id}\n{channel}\n{pending.address}\n{pending.replaces}\n{code}"


def with_contacts(profile: PersonProfile, contacts: Iterable[Contact], now: datetime) -> PersonProfile:
    """Return the profile with the first proved address where nothing better is known; what services get of it."""
    first: dict[Channel, str] = {}
    for contact in sorted(contacts, key=lambda one: (one.verified_at, one.contact_id)):
        first.setdefault(contact.channel, contact.address)
    profile = _with(profile, Attribute.EMAIL, "email", first.get(Channel.EMAIL, ""), now)
    return _with(profile, Attribute.PHONE, "phone", first.get(Channel.PHONE, ""), now)


def _with(
    profile: PersonProfile, attribute: Attribute, name: str, address: str, now: datetime
) -> PersonProfile:
    verified = f"{name}_verified"
    origin = profile.origins.get(attribute)
    is_own = origin is not None and origin.source is Source.SELF
    if getattr(profile, verified) and not is_own:
        return profile  # somebody with more authority vouches for it
    if not address and not is_own:
        return profile
    if getattr(profile, name) == address and getattr(profile, verified) is bool(address):
        return profile
    origins = {**profile.origins, attribute: Origin(source=Source.SELF, level=0, at=now)}
    if not address:
        del origins[attribute]
    return profile.saying({name: address, verified: bool(address), "origins": origins})
