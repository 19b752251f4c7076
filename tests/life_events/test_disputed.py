"""Which factors a dispute names: what was used or bound, never what only the national system knows."""

from datetime import UTC, datetime
from typing import Any

import pytest

from idp.audit.events import AuditEvent, EventType
from idp.ids import EventId
from idp.life_events.disputed import Said, factors_of_event, factors_of_notice, factors_said, said_by
from idp.messages.model.notices import Factor

AT = datetime(2026, 11, 27, tzinfo=UTC)


def event(event_type: EventType, **payload: Any) -> AuditEvent:
    return AuditEvent(
        event_id=EventId("e"),
        type=event_type,
        at=AT,
        actor="person:p",
        subject_ref="person:p",
        payload=payload,
        txn="t",
    )


@pytest.mark.parametrize(
    ("disputed", "named"),
    [
        (event(EventType.SESSION_STARTED, idp="national", amr=["pwd", "otp"]), set()),
        (event(EventType.SESSION_STARTED, idp="haiphong", amr=["pwd"]), {Factor.PASSWORD}),
        (
            event(EventType.SESSION_STARTED, idp="haiphong", amr=["pwd", "otp"]),
            {Factor.PASSWORD, Factor.TOTP},
        ),
        (event(EventType.SESSION_STARTED, idp="haiphong", amr=["hwk", "user", "mfa"]), {Factor.PASSKEY}),
        (
            event(EventType.SESSION_REAUTHENTICATED, idp="haiphong", amr=["pwd", "recovery"]),
            {Factor.PASSWORD, Factor.RECOVERY_CODES},
        ),
        (event(EventType.CREDENTIAL_SET, kind="passkey"), {Factor.PASSKEY}),
        (event(EventType.CREDENTIAL_SET, kind="recovery-codes"), {Factor.RECOVERY_CODES}),
        (event(EventType.CREDENTIAL_SET, kind="password and totp"), {Factor.PASSWORD, Factor.TOTP}),
        (event(EventType.CREDENTIAL_REMOVED, kind="totp"), set()),
        (event(EventType.RECOVERY_CODE_USED, left=9), {Factor.RECOVERY_CODES}),
        (event(EventType.SESSION_STARTED, idp="haiphong", amr=["sms"]), {Factor.PHONE_CODE}),
        (event(EventType.CONTACT_OPENS, channel="email"), {Factor.EMAIL_CODE}),
        (event(EventType.CONSENT_RECORDED), set()),
        (event(EventType.ACCOUNT_RECOVERED, by="desk"), {Factor.PASSWORD, Factor.TOTP}),
        (event(EventType.ACCOUNT_RECOVERED, by="national"), set()),
    ],
)
def test_an_event_names_what_was_used_or_bound_in_it(disputed: AuditEvent, named: set[Factor]) -> None:
    assert factors_of_event(disputed) == named


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({"notice": "new_factor", "factor": "password"}, {Factor.PASSWORD}),
        ({"notice": "recovery", "factor": "recovery_codes"}, {Factor.RECOVERY_CODES}),
        ({"notice": "recovery", "factor": "desk"}, {Factor.PASSWORD, Factor.TOTP}),
        ({"notice": "factor_removed", "factor": "totp"}, set()),
        ({"notice": "new_factor", "factor": "national"}, set()),
        ({"notice": "new_device", "browser": "Chrome"}, set()),
        ({"notice": "new_factor", "factor": "of a newer release"}, set()),
    ],
)
def test_a_notice_names_the_one_it_tells_of(facts: dict[str, str], named: set[Factor]) -> None:
    assert factors_of_notice(facts) == named


def test_with_a_lost_phone_go_the_app_the_codes_by_sms_and_the_passkeys() -> None:
    assert factors_said(Said.PHONE_LOST) == {Factor.TOTP, Factor.PASSKEY, Factor.PHONE_CODE}
    assert factors_said(Said.GUIDED) == factors_said(None) == frozenset()
    assert [said_by(one) for one in ("guided", "x", None)] == [Said.GUIDED, None, None]
