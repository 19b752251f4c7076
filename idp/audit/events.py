"""The closed vocabulary of audit events (DESIGN 5.9): each type says what it records and which payload it carries.

`docs/reference/audit-events.md` is generated from the texts below; a test fails on an undocumented one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from idp.ids import EventId


class EventType(StrEnum):
    """What happened."""

    SESSION_STARTED = "session:started"
    """A person proved themselves and a session began. Payload: idp, acr, amr."""
    SESSION_REAUTHENTICATED = "session:reauthenticated"
    """The same person proved themselves again in a live session. Payload: idp, acr, amr."""
    SESSION_ENDED = "session:ended"
    """A session ended. Payload: reason, clients (how many were told)."""
    SIGN_IN_REFUSED = "sign-in:refused"
    """A known account was refused. Payload: reason, factor."""
    UPSTREAM_REFUSED = "upstream:refused"
    """Somebody proved themselves upstream, and it was not enough for what was asked. Payload: reason, client_id."""
    INTERACTION_HIJACK_REFUSED = "interaction:hijack-refused"
    """An interaction was brought to an end in another browser; it was burnt. Payload: step."""
    PERSON_CREATED = "person:created"
    """A record was made at the first sign-in or by an administrator. Payload: source."""
    PERSON_LINKED = "person:linked"
    """An upstream account was linked to a record. Payload: issuer."""
    PERSON_UPDATED = "person:updated"
    """The upstream's attributes changed the record. Payload: fields."""
    PERSON_LOCKED = "person:locked"
    """A record was locked. Payload: reason."""
    PERSON_UNLOCKED = "person:unlocked"
    """A record was unlocked. Payload: reason."""
    CREDENTIAL_SET = "credential:set"
    """A password or TOTP secret was set. Payload: kind."""
    CREDENTIAL_RELEASED = "credential:released"
    """An operator let city credentials be tried again after too many failures. Payload: reason, failures."""
    CONSENT_RECORDED = "consent:recorded"
    """Told or asked: what may be sent. Payload: client_id, scopes, granted, text_version, text_hash."""
    CONSENT_REFUSED = "consent:refused"
    """The person chose to send nothing and went back. Payload: client_id."""
    CONSENT_WITHDRAWN = "consent:withdrawn"
    """Consent was withdrawn; the grants of that client ended. Payload: client_id."""
    REQUEST_PUSHED = "request:pushed"
    """A client that proved itself pushed an authorization request. Payload: client_id."""
    CODE_ISSUED = "code:issued"
    """An authorization code was issued. Payload: client_id, scopes, acr."""
    TOKENS_LEFT_IN_FRONT = "tokens:left-in-front"
    """An ID token left by the browser, in the certification profile. Payload: client_id, gid."""
    CODE_REDEEMED = "code:redeemed"
    """Tokens were issued for a code. Payload: client_id, gid (the grant's own mark), audience."""
    CODE_REFUSED = "code:refused"
    """A stored code was refused at redemption. Payload: client_id, presented_by, reason."""
    CODE_REPLAYED = "code:replayed"
    """A spent code came again; the grant ended. Payload: client_id, presented_by."""
    REFRESH_ROTATED = "refresh:rotated"
    """A refresh generation was spent and its successor issued. Payload: client_id, gid, audience, generation."""
    REFRESH_REPEATED = "refresh:repeated"
    """A refresh generation came again in time and got the same successor. Payload: as for refresh:rotated."""
    REFRESH_REFUSED = "refresh:refused"
    """A stored refresh token was refused. Payload: client_id, presented_by, reason."""
    REFRESH_REUSED = "refresh:reused"
    """A refresh generation was used again; the family ended. Payload: client_id, generation."""
    USERINFO_READ = "userinfo:read"
    """First read of the day by one grant and client. Payload: client_id, claims."""
    TOKEN_INTROSPECTED = "token:introspected"  # noqa: S105 - an event's name
    """First reading of the day of a grant's tokens by one client. Payload: client_id, audience."""
    TOKEN_REVOKED = "token:revoked"  # noqa: S105 - an event's name
    """Its client ended a refresh token with its grant, or one access token. Payload: client_id, kind, gid or jti."""
    TOKEN_REVOCATION_REFUSED = "token:revocation-refused"  # noqa: S105 - an event's name
    """A client tried to end another's token. Payload: client_id, presented_by."""
    CLIENT_REGISTERED = "client:registered"
    """A client was registered or replaced. Payload: client_id."""
    CLIENT_SECRET_ISSUED = "client:secret-issued"  # noqa: S105 - an event's name
    """A secret was issued. Payload: client_id, secret_id."""
    CLIENT_DISABLED = "client:disabled"
    """A client was disabled. Payload: client_id."""
    CLIENT_ENABLED = "client:enabled"
    """A client was enabled again. Payload: client_id."""
    CLIENT_SECRET_REVOKED = "client:secret-revoked"  # noqa: S105 - an event's name
    """A secret was ended at once. Payload: client_id, secret_id."""
    CLIENT_TOKEN_ISSUED = "client:token-issued"  # noqa: S105 - an event's name
    """A client got an access token for itself. Payload: client_id, audience, scopes, jti."""
    CLIENT_ASSERTION_REPLAYED = "client:assertion-replayed"
    """An assertion a client has proved itself by came again, and was refused. Payload: client_id."""
    CLIENT_INVITED = "client:invited"
    """An initial access token was made. Payload: invitation_id, scopes, uses, expires_at."""
    CLIENT_INVITATION_ENDED = "client:invitation-ended"
    """The uses left of an initial access token were taken away. Payload: invitation_id."""
    CLIENT_FROZEN = "client:frozen"
    """A client that registered itself can't change its registration any more. Payload: client_id."""
    CLIENT_REMOVED = "client:removed"
    """A client was removed for good; its grants ended with it. Payload: client_id."""
    MANDATE_GIVEN = "mandate:given"
    """A person may act for somebody. Payload: mandate_id, principal, role, source, services, through, valid_to."""
    MANDATE_ENDED = "mandate:ended"
    """A mandate ended. Payload: mandate_id, principal, role, reason."""
    MANDATE_REFUSED = "mandate:refused"
    """Somebody who proved themselves asked for what a rule forbids. Payload: act, principal, rule."""
    MANDATE_OFFERED = "mandate:offered"
    """A mandate was offered to a number and a name. Payload: invitation_id, principal, role, services, valid_to."""
    MANDATE_OFFER_CLOSED = "mandate:offer-closed"
    """An offer was declined, or taken back. Payload: invitation_id, principal, reason."""
    MANDATE_REMOVAL_PROPOSED = "mandate:removal-proposed"
    """The last administrator's end was proposed, and waits for a second person. Payload: removal_id, mandate_id,
    principal."""
    MANDATE_CONTESTED = "mandate:contested"
    """Parents' mandates for a child were blocked. Payload: mandate_ids, reason."""
    MANDATE_CLEARED = "mandate:cleared"
    """A desk freed parents' mandates. Payload: mandate_ids, reason."""
    FIRM_APPOINTED = "firm:appointed"
    """An organisation let a firm act for it. Payload: appointment_id, principal, firm, role, services, valid_to."""
    FIRM_ENDED = "firm:ended"
    """A firm's appointment ended, with what its people held by it. Payload: appointment_id, principal, firm, reason."""
    GRANT_ENDED = "grant:ended"
    """An operator ended a grant by itself, in an emergency. Payload: client_id, reason."""
    EMERGENCY_BEGUN = "emergency:begun"
    """An operator began to end all of one kind. Payload: target, sessions, grants (found just before), reason."""
    EMERGENCY_DONE = "emergency:done"
    """It was carried through to its end. Payload: target, sessions, grants (found just before), ended."""
    KEY_ANNOUNCED = "key:announced"
    """A signing key was announced. Payload: kid, alg, active_from."""
    KEY_REVOKED = "key:revoked"
    """A signing key was taken out at once. Payload: kid, alg, was (its state), successor (a kid, if it signed)."""
    MASTER_KEY_ESCROWED = "master-key:escrowed"
    """Shares of the master key were made. Payload: set_id, threshold, shares (how many), versions."""
    MASTER_KEY_CHANGED = "master-key:changed"
    """A version of the master key was added to the file, put to use, or dropped. Payload: change, version."""
    MASTER_KEY_RESEALED = "master-key:resealed"
    """What was sealed under older versions was sealed anew. Payload: version, renewed (values by table)."""
    KEY_ERASED = "key:erased"
    """A retired signing key was erased. Payload: kid."""
    DATABASE_BACKED_UP = "database:backed-up"
    """An operator made a back-up of everything. Payload: digest (the back-up's name), rows, taken_at."""
    DATABASE_RESTORED = "database:restored"
    """A back-up was restored; what came after it was made is missing. Payload: digest, epoch, missing_from (when the
    back-up was made), missing_until (when it was restored), died (how much of it counts no more, by kind)."""
    ADMIN_LINK_ISSUED = "admin:link-issued"
    """A one-time administrator link was issued. Payload: expires_at."""
    ADMIN_LINK_SPENT = "admin:link-spent"
    """A one-time administrator link was used. Payload: none."""
    SUMMARY = "summary"
    """Class 1, nobody proved: one per kind, client, network, minute. Payload: what, client_id, prefix, minute, count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One event as its writer states it; the store adds salt, hash and sealing."""

    event_id: EventId
    type: EventType
    at: datetime
    actor: str
    """Who did it: person:<id>, client:<id>, operator:<name>, invitation:<id>, anybody, system."""
    subject_ref: str
    """Whom it is about: person:<id> or empty."""
    payload: Mapping[str, object] = field(default_factory=dict)
    txn: str = ""
