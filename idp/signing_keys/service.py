"""Announcing and revoking a signing key: record, configuration version and audit event in one transaction (DESIGN 5.14).

The configuration version is raised first: its row makes two that rotate at once wait for each other.
"""

from collections.abc import Iterable
from datetime import timedelta

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.settings import Lifetimes
from idp.transaction import Tx
from keys.revocation import RevocationPlan, next_revocation
from keys.rotation import KeyRecord, due_for_rotation, next_rotation

_READERS_CLOCKS = timedelta(minutes=5)
_SYSTEM = "system"


def announce_key(
    tx: Tx, record: KeyRecord, *, publish_for: timedelta, life: Lifetimes, actor: str, occasion: Occasion
) -> KeyRecord:
    """Store the next key of its algorithm and return it as planned; raises RotationRefused.

    It is in the JWKS at once, signs after `publish_for`, and then the one before retires: published until the last
    token it signed can't come back any more, the longest of which is an ID token that ends a session as a hint.
    """
    tx.configuration.raise_version()  # first: of two that rotate at once, one waits for the other
    plan = next_rotation(
        tx.signing_keys.all(),
        alg=record.alg,
        new=record,
        now=occasion.now,
        publish_for=publish_for,
        keep_for=max(life.access_token, life.id_token, life.session_low) + _READERS_CLOCKS,
    )
    tx.signing_keys.apply(plan)
    tx.audit.add(
        occasion.event(
            EventType.KEY_ANNOUNCED,
            actor=actor,
            kid=record.kid,
            alg=record.alg,
            active_from=plan.new.active_from.isoformat(timespec="seconds"),
        )
    )
    return plan.new


def announce_due(
    tx: Tx, made: Iterable[KeyRecord], *, every: timedelta, life: Lifetimes, occasion: Occasion
) -> frozenset[str]:
    """Store the next key of each algorithm that is due for one; return which of those made they are.

    Which ones are due is asked again here, where nobody else can rotate: of any number of workers one announces.
    """
    tx.configuration.raise_version()
    due = due_for_rotation(tx.signing_keys.all(), occasion.now, every=every)
    chosen = [record for record in made if record.alg in due]
    for record in chosen:
        announce_key(tx, record, publish_for=life.key_publish, life=life, actor=_SYSTEM, occasion=occasion)
    return frozenset(record.kid for record in chosen)


def revoke_key(tx: Tx, kid: str, *, fresh: KeyRecord, actor: str, occasion: Occasion) -> RevocationPlan:
    """Take a key out on every node within a second, and let another sign if it did; raises RotationRefused."""
    tx.configuration.raise_version()
    plan = next_revocation(tx.signing_keys.all(), kid, fresh=fresh, now=occasion.now)
    tx.signing_keys.revoke(plan)
    tx.audit.add(
        occasion.event(
            EventType.KEY_REVOKED,
            actor=actor,
            kid=kid,
            alg=plan.revoked.alg,
            was=plan.was.value,
            successor=plan.successor or "",
        )
    )
    return plan
