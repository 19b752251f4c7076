"""Names for the strings that identify things, and opaque handles. Pure.

A handle is `hp_<kind>_<bucket><43 base64url characters>`: the prefix lets secret scanners find a leaked one, the
bucket (two hex digits of the person's id) routes it to a shard, the rest is 256 random bits. Only keyed digests
of handles are stored (DESIGN 5.8).
"""

import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

PersonId = NewType("PersonId", str)
"""Random UUID4 of a person; never leaves the provider."""
OrganisationId = NewType("OrganisationId", str)
"""Random UUID4 of an organisation; never leaves the provider."""
MandateId = NewType("MandateId", str)
"""Random; one power of one person to act for somebody. May stand in a page's ids and in tokens."""
PostId = NewType("PostId", str)
"""Random; one post of an official. May stand in a page's ids and in tokens."""
ClientId = NewType("ClientId", str)
"""The OAuth client_id."""
GrantId = NewType("GrantId", str)
"""One authorization of one client by one person; never leaves the provider."""
Gid = NewType("Gid", str)
"""The mark of a grant, from which each audience's is made; never leaves the provider."""
AudienceGid = NewType("AudienceGid", str)
"""What the access tokens of one audience call their grant: the claim `gid` (DESIGN 5.5)."""
Sid = NewType("Sid", str)
"""Session id as relying parties see it: random per session and client."""
OfficialId = NewType("OfficialId", str)
"""Random id of an employment record; the `id` of SCIM."""
EventId = NewType("EventId", str)
"""Id of one audit event, ordered by time."""

NO_BUCKET = "00"
NOBODY = PersonId("00000000-0000-0000-0000-000000000000")
"""Looked up where there is no person, so that the work is the same as for somebody; nobody's id is ever this one."""
_SECRET_BYTES = 32
_HANDLE = re.compile(r"hp_([a-z]+)_([0-9a-f]{2})([A-Za-z0-9_-]{43})")


class HandleKind(StrEnum):
    """What a handle opens."""

    CODE = "code"
    REFRESH_TOKEN = "rt"  # noqa: S105 - a prefix, not a secret
    SESSION = "session"
    INTERACTION = "i"
    UPSTREAM_STATE = "up"
    CLIENT_SECRET = "secret"  # noqa: S105 - a prefix, not a secret
    LINK = "link"
    INVITATION = "invite"
    """Initial access token (RFC 7591 §3)."""
    REGISTRATION = "reg"
    """Registration access token (RFC 7592 §3)."""
    PUSHED_REQUEST = "par"
    DISPUTE = "notme"
    """Stands in a notice's mail; it can lock its reader's account, and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handle:
    """A well-formed handle; whether it opens anything is the database's to say."""

    kind: HandleKind
    bucket: str
    text: str

    def __repr__(self) -> str:
        """A handle is a secret: never print it."""
        return f"Handle({self.kind.value}, ***)"


def bucket_of(person_id: PersonId) -> str:
    """Return the shard bucket of a person: the first two hex digits of the random id."""
    return person_id[:2].lower()


def format_handle(kind: HandleKind, bucket: str, random: bytes) -> str:
    """Build a handle from 32 random bytes."""
    if len(random) != _SECRET_BYTES:
        raise ValueError("a handle takes 32 random bytes")
    return f"hp_{kind.value}_{bucket}{urlsafe_b64encode(random).rstrip(b'=').decode()}"


def parse_handle(text: str, kind: HandleKind) -> Handle | None:
    """Return the handle if the text is a well-formed one of this kind."""
    match = _HANDLE.fullmatch(text)
    if match is None or match[1] != kind.value:
        return None
    return Handle(kind=kind, bucket=match[2], text=text)
