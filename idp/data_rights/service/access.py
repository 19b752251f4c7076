"""How somebody gets in, as the copy says it: sessions, browsers, ways to sign in, and what was disputed about them.

Flat objects with stable names, as in `holdings`. What opens anything is in none of them.
"""

from collections.abc import Iterable
from datetime import datetime

from idp.cases.model import CaseKind
from idp.data_rights.service.holdings import Part, moment, service
from idp.ids import PersonId
from idp.sessions.model import Session
from idp.transaction import Tx

_MOST = 200
"""Browsers, and cases, of one record."""


def sessions(found: Iterable[Session]) -> Part:
    """Return where the person is signed in, without what opens a session."""
    return [
        {
            "began_at": moment(one.created_at),
            "last_seen_at": moment(one.last_seen_at),
            "expires_at": moment(one.expires_at),
            "auth_time": moment(one.auth_time),
            "acr": one.acr.value,
            "amr": list(one.amr),
            "by": one.idp,
            "device": one.device or None,
            "realm": one.realm.value,
        }
        for one in found
    ]


def browsers(tx: Tx, records: Iterable[PersonId], now: datetime) -> Part:
    """Return the browsers known to the person: what knows them again is a secret and stays out."""
    return [
        {
            "browser": one.name or None,
            **service(tx, one.client_id),
            "place": one.place or None,
            "first_seen_at": moment(one.first_seen_at),
            "last_seen_at": moment(one.last_seen_at),
            "public": one.is_public,
            "acknowledged_at": moment(one.acknowledged_at),
        }
        for record in records
        for one in tx.devices.of_person(record, now, _MOST)
    ]


def factors(tx: Tx, records: Iterable[PersonId]) -> Part:
    """Return the person's own ways to sign in, without anything that would let somebody in."""
    found: Part = []
    for record in records:
        password = tx.passwords.get(record)
        if password is not None:
            set_at, leaked_at = moment(password.changed_at), moment(password.compromised_at)
            found.append({"kind": "password", "set_at": set_at, "compromised_at": leaked_at})
        if tx.totp.get(record) is not None:
            found.append({"kind": "totp"})
        codes = tx.recovery_codes.state(record)
        if codes.made:
            made_at = moment(codes.made_at)
            found.append(
                {"kind": "recovery-codes", "made_at": made_at, "made": codes.made, "left": codes.left}
            )
        found += [
            {
                "kind": "passkey",
                "name": one.name,
                "made_at": moment(one.created_at),
                "last_used_at": moment(one.last_used_at),
                "synced": one.is_synced,
                "authenticator": one.aaguid,
            }
            for one in tx.passkeys.of_person(record)
        ]
    return found


def cases(tx: Tx, records: Iterable[PersonId]) -> Part:
    """Return the cases about the account: what the person said, and the answer to what they asked; no other words."""
    return [
        {
            "number": one.case_id,
            "kind": one.kind.value,
            "state": one.state.value,
            "event": one.facts.get("event") or one.facts.get("notice") or None,
            "said": one.facts.get("said") or None,
            "factors": one.facts.get("factors", "").split(),
            "opened_at": moment(one.opened_at),
            "closed_at": moment(one.closed_at),
            "answer": (one.outcome or None) if one.kind is CaseKind.QUESTION else None,
        }
        for record in records
        for one in tx.cases.of_person(record, _MOST)
    ]
