"""Announcing a signing key: record of the key, configuration version and audit event in one transaction (DESIGN 5.14)."""

from datetime import timedelta

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.settings import Lifetimes
from idp.transaction import Tx
from keys.rotation import KeyRecord, next_rotation

_READERS_CLOCKS = timedelta(minutes=5)


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
