"""A row of the history names the very way, since people decide by it whether something was theirs (PAGES §3.1.17)."""

from datetime import UTC, datetime

import pytest

from idp.audit.events import AuditEvent, EventType
from idp.citizen.history_said import said
from idp.ids import EventId
from idp.protocol.assurance import CROSS_DEVICE, passkey_amr

OWN = "person:1"


def _event(event: EventType, **payload: object) -> AuditEvent:
    return AuditEvent(
        event_id=EventId("e"),
        type=event,
        at=datetime(2026, 11, 22, tzinfo=UTC),
        actor=OWN,
        subject_ref=OWN,
        payload=payload,
    )


@pytest.mark.parametrize(
    ("amr", "keys"),
    [
        (["pwd"], ("history_by_haiphong",)),
        (["pwd", "otp"], ("history_by_password_totp",)),
        (["pwd", "recovery"], ("history_by_password_recovery",)),
        (list(passkey_amr(is_verified=True, is_synced=True)), ("history_by_passkey",)),
        (list(passkey_amr(is_verified=False, is_synced=False)), ("history_by_passkey",)),
        (["sms"], ("history_by_phone_code",)),
        (["email"], ("history_by_email_code",)),
        (["pwd", "otp", CROSS_DEVICE], ("history_by_password_totp", "history_by_other_device")),
        (None, ()),
        (["something"], ()),
    ],
)
def test_a_sign_in_says_by_what(amr: list[str] | None, keys: tuple[str, ...]) -> None:
    event = _event(EventType.SESSION_STARTED, idp="haiphong", amr=amr)
    assert said(event, is_own=True) == keys


def test_a_sign_in_through_the_national_system_says_that_alone() -> None:
    event = _event(EventType.SESSION_STARTED, idp="national", amr=["pwd", "otp", "user"])
    assert said(event, is_own=True) == ("history_by_national",)


@pytest.mark.parametrize(
    "event", [EventType.CREDENTIAL_SET, EventType.CREDENTIAL_REMOVED, EventType.CREDENTIAL_COMPROMISED]
)
@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("password", ("history_factor_password",)),
        ("recovery-codes", ("history_factor_recovery_codes",)),
        ("passkey", ("history_factor_passkey",)),
        ("password and totp", ("history_factor_password", "history_factor_totp")),
        ("desk", ()),
        (None, ()),
    ],
)
def test_what_was_done_to_a_way_to_sign_in_says_to_which(
    event: EventType, kind: str | None, keys: tuple[str, ...]
) -> None:
    assert said(_event(event, kind=kind), is_own=True) == keys


def test_a_request_about_data_says_what_was_asked_for() -> None:
    event = _event(EventType.DATA_REQUESTED, right="delete")
    assert said(event, is_own=True) == ("data_right_close",), "closing the account is not like asking to see"
    event = _event(EventType.DATA_REQUESTED, right="delete", client_id="portal")
    assert said(event, is_own=True) == ("data_right_delete",)
    assert said(_event(EventType.DATA_REQUESTED, right="else"), is_own=True) == ()
