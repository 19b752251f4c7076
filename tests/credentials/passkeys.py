"""Passkeys as tests bind and use them, without a database."""

import json
from datetime import UTC, datetime
from typing import Any

from idp.credentials.challenge import Ceremony, Challenge
from idp.credentials.model import Passkey
from idp.credentials.passkey import (
    Asserted,
    Bound,
    RelyingPartyId,
    check_assertion,
    check_registration,
    creation_options,
    request_options,
)
from idp.ids import PersonId
from idp.protocol.assurance import Acr
from tests.authenticator import Authenticator

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ORIGIN = "https://id.haiphong.example"
RP = RelyingPartyId(rp_id="id.haiphong.example", origin=ORIGIN)
HANDLE = bytes(range(64))


def asked(
    ceremony: Ceremony = Ceremony.SIGN_IN, *, value: bytes = b"c" * 32, requires_verification: bool = True
) -> Challenge:
    return Challenge(
        value=value,
        ceremony=ceremony,
        place="here",
        asked_at=NOW,
        requires_verification=requires_verification,
        user_handle=HANDLE if ceremony is Ceremony.BIND else b"",
    )


def bound_by(authenticator: Authenticator, **bent: Any) -> Bound:
    """Bind a credential, with any part bent."""
    challenge = asked(Ceremony.BIND)
    options = creation_options(RP, challenge, user_name="Nguyễn Thị Hương", known=())
    answer = json.dumps(authenticator.create(options, **bent))
    return check_registration(answer, challenge=challenge, rp=RP)


def passkey_of(authenticator: Authenticator) -> Passkey:
    """Return what is kept once a credential is bound."""
    new = bound_by(authenticator)
    return Passkey(
        passkey_id="k",
        person_id=PersonId("00person"),
        credential_id=new.credential_id,
        user_handle=HANDLE,
        public_key=new.public_key,
        sign_count=new.sign_count,
        transports=new.transports,
        is_synced=new.is_synced,
        is_backed_up=new.is_backed_up,
        aaguid=new.aaguid,
        name="Điện thoại",
        bound_acr=Acr.SUBSTANTIAL,
        created_at=NOW,
    )


def asserted_by(
    authenticator: Authenticator, passkey: Passkey, question: Challenge | None = None, **bent: Any
) -> Asserted:
    """Sign in, with any part bent."""
    question = question or asked()
    answer = json.dumps(authenticator.get(request_options(RP, question), **bent))
    return check_assertion(answer, challenge=question, rp=RP, passkey=passkey)
