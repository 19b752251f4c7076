"""The master key as shares on paper: each a text that notices its own damage, none with anything of the key in it.

A share is `format (1) ‖ set (4) ‖ threshold (1) ‖ total (1) ‖ place (1) ‖ values ‖ checksum (4)` in base32 (RFC 4648 §6),
in groups of four. Set and checksum are random, or made of this share alone. What tells whether the shares made the right
key is shared as part of the secret: a digest outside of it would let guesses be tried.
"""

import binascii
import hashlib
import hmac
import re
import secrets
from base64 import b32decode, b32encode
from collections.abc import Sequence
from dataclasses import dataclass, field

from keys.shares import combine, split

MOST_TEXT = 64 * 1024
_FORMAT = 1
_SET_BYTES = 4
_HEAD_BYTES = 1 + _SET_BYTES + 3
_CHECKSUM_BYTES = 4
_DIGEST_BYTES = 16
_GROUP, _GROUPS_A_LINE = 4, 8
_MISREAD = str.maketrans("018", "OIB")
"""Digits that base32 does not have, and the letters they were read for."""
_BETWEEN = re.compile(r"[\s-]+")


class UnusableShare(Exception):
    """A share, or all of them together, can't be used; the text says why and shows nothing of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One share as its holder keeps it."""

    set_id: str
    """Eight hexadecimal digits: shares of one set belong together."""
    threshold: int
    total: int
    place: int
    values: bytes = field(repr=False)


def make_shares(secret: bytes, *, threshold: int, total: int) -> tuple[Share, ...]:
    """Return the shares of a secret; they have been put together again before they are handed out."""
    set_id = secrets.token_hex(_SET_BYTES)
    values = split(secret + _digest(secret), threshold=threshold, total=total)
    made = tuple(
        Share(set_id=set_id, threshold=threshold, total=total, place=place, values=value)
        for place, value in values.items()
    )
    for some in (made[:threshold], made[-threshold:]):
        if join_shares(some) != secret:
            raise AssertionError("shares that do not make their secret")
    return made


def join_shares(shares: Sequence[Share]) -> bytes:
    """Return the secret, or raise UnusableShare: too few, of different sets, one twice, or one that is not genuine."""
    if not shares:
        raise UnusableShare("there is no share")
    first, places = shares[0], {share.place for share in shares}
    for share in shares:
        if share.set_id != first.set_id:
            raise UnusableShare(f"share {share.place} is of set {share.set_id}, not of {first.set_id}")
        if (share.threshold, share.total, len(share.values)) != (
            first.threshold,
            first.total,
            len(first.values),
        ):
            raise UnusableShare(f"shares {first.place} and {share.place} are not of one making")
    if len(places) < len(shares):
        raise UnusableShare("one share is given twice")
    if len(shares) < first.threshold:
        raise UnusableShare(f"{first.threshold} shares are needed, {len(shares)} are given")
    joined = combine({share.place: share.values for share in shares})
    secret, digest = joined[:-_DIGEST_BYTES], joined[-_DIGEST_BYTES:]
    if not hmac.compare_digest(digest, _digest(secret)):
        raise UnusableShare("these shares make no key: at least one of them is not genuine")
    return secret


def share_text(share: Share) -> str:
    """Return a share as it is printed: comment lines, then groups of letters and digits."""
    head = bytes([_FORMAT, *bytes.fromhex(share.set_id), share.threshold, share.total, share.place])
    body = head + share.values
    letters = b32encode(body + _checksum(body)).decode().rstrip("=")
    groups = [letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP)]
    lines = [groups[at : at + _GROUPS_A_LINE] for at in range(0, len(groups), _GROUPS_A_LINE)]
    return "\n".join(
        (
            f"# Hải Phòng ID: share {share.place} of {share.total} of the master key, set {share.set_id}",
            f"# any {share.threshold} of this set make the key again; keep it apart from the others",
            *(" ".join(line) for line in lines),
        )
    )


def read_share(text: str) -> Share:
    """Return the share that a text holds, or raise UnusableShare. Small letters, and 0, 1, 8 for O, I, B, will do."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    letters = _BETWEEN.sub("", "".join(lines)).upper().translate(_MISREAD)
    try:
        raw = b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        raise UnusableShare(
            "it is no share: letters are missing, or there are some that no share has"
        ) from None
    body, checksum = raw[:-_CHECKSUM_BYTES], raw[-_CHECKSUM_BYTES:]
    if not hmac.compare_digest(checksum, _checksum(body)):
        raise UnusableShare("its checksum does not match: it was mistyped or damaged")
    if len(body) <= _HEAD_BYTES + _DIGEST_BYTES or body[0] != _FORMAT:
        raise UnusableShare("it is of another format")
    threshold, total, place = body[1 + _SET_BYTES : _HEAD_BYTES]
    if not 2 <= threshold <= total or not 1 <= place <= total:
        raise UnusableShare("its numbers can't be")
    return Share(
        set_id=body[1 : 1 + _SET_BYTES].hex(),
        threshold=threshold,
        total=total,
        place=place,
        values=body[_HEAD_BYTES:],
    )


def _digest(secret: bytes) -> bytes:
    return hashlib.sha256(b"hpid-escrow\0" + secret).digest()[:_DIGEST_BYTES]


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(b"hpid-share\0" + body).digest()[:_CHECKSUM_BYTES]
