"""What each kind of event is called in a person's history (PAGES §3.1.17): the closed vocabulary, from their side.

Every type that can be about a person is here, one line each; its words are the string `event_<type>`. Those that are
about nobody's record stand in `NOBODYS`. A test fails on a type that is in neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from idp.audit.events import EventType as E


class Kind(StrEnum):
    """What people filter by; the words are the string `history_kind_<kind>`."""

    SIGN_IN = "sign-in"
    SENT = "sent"
    CHANGE = "change"
    LOOKED = "looked"
    """An official looked at the record."""
    STOPPED = "stopped"
    """Something was tried and refused."""
    DETAIL = "detail"
    """What services do by themselves after a sign-in; left out unless it is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How one type is shown."""

    kind: Kind
    icon: str
    disputable: bool = False
    """Whether its person may say that it was not theirs."""

    @property
    def is_usual(self) -> bool:
        """Tell whether it is listed without being asked for."""
        return self.kind is not Kind.DETAIL


def _of(kind: Kind, icon: str, *types: E, disputable: bool = False) -> dict[E, Shown]:
    return dict.fromkeys(types, Shown(kind=kind, icon=icon, disputable=disputable))


WORDS: Mapping[E, Shown] = {
    **_of(
        Kind.SIGN_IN,
        "pc",
        *(E.SESSION_STARTED, E.SESSION_REAUTHENTICATED, E.CODE_ISSUED, E.TOKENS_LEFT_IN_FRONT),
        *(E.CONTEXT_CHOSEN, E.PERSON_CREATED, E.PERSON_LINKED, E.SUBJECT_IMPORTED),
        disputable=True,
    ),
    **_of(Kind.SIGN_IN, "pc", E.CROSS_DEVICE_CONFIRMED, disputable=True),
    **_of(Kind.STOPPED, "x", E.CROSS_DEVICE_REFUSED, disputable=True),
    **_of(Kind.SIGN_IN, "pc", E.SESSION_ENDED, E.UPSTREAM_SIGNED_OUT),
    **_of(Kind.CHANGE, "pc", E.DEVICE_ACKNOWLEDGED, E.DEVICE_FORGOTTEN, disputable=True),
    **_of(Kind.SENT, "doc", E.USERINFO_READ, E.TOKEN_INTROSPECTED),
    **_of(Kind.SENT, "check", E.CONSENT_RECORDED, E.CONSENT_WITHDRAWN, E.CONSENT_REFUSED, disputable=True),
    **_of(Kind.CHANGE, "phone", E.CONTACT_CODE_SENT, E.CONTACT_ADDED, E.CONTACT_REMOVED, disputable=True),
    **_of(Kind.CHANGE, "phone", E.CONTACT_OPENS, E.CONTACT_OPENS_NO_MORE, disputable=True),
    **_of(Kind.CHANGE, "phone", E.SIGN_IN_CODE_SENT, disputable=True),
    **_of(Kind.STOPPED, "x", E.CONTACT_CODE_REFUSED),
    **_of(
        Kind.CHANGE,
        "key",
        *(E.CREDENTIAL_SET, E.CREDENTIAL_REMOVED, E.CREDENTIAL_COMPROMISED, E.CREDENTIAL_RELEASED),
        *(E.RECOVERY_CODE_USED, E.RECOVERY_CODE_REPLACED, E.CREDENTIAL_RENAMED, E.CREDENTIAL_COPIED),
        *(E.ACCOUNT_RECOVERED, E.DESK_CASE_OPENED, E.DESK_CASE_CONFIRMED),
        disputable=True,
    ),
    **_of(
        Kind.CHANGE,
        "doc",
        *(E.NUMBER_SHOWN, E.DATA_COPY_ASKED, E.DATA_COPY_TAKEN, E.DATA_REQUESTED, E.DATA_REQUEST_WITHDRAWN),
        *(E.PERSON_RESTRICTED, E.PERSON_RESTRICTION_LIFTED),
        disputable=True,
    ),
    **_of(
        Kind.CHANGE,
        "doc",
        *(E.DATA_COPY_MADE, E.DATA_REQUEST_ANSWERED, E.DATA_REQUEST_EXTENDED, E.DATA_REQUEST_COMPLETED),
        *(E.DATA_REQUEST_REFUSED, E.PERSON_CLOSED),
    ),
    **_of(
        Kind.CHANGE,
        "hand",
        *(E.MANDATE_GIVEN, E.MANDATE_ENDED, E.MANDATE_OFFERED, E.MANDATE_OFFER_CLOSED),
        *(E.MANDATE_REMOVAL_PROPOSED, E.MANDATE_REMOVAL_CLOSED, E.FIRM_APPOINTED, E.FIRM_ENDED),
        disputable=True,
    ),
    **_of(Kind.CHANGE, "hand", E.MANDATE_CONTESTED, E.MANDATE_CLEARED),
    **_of(
        Kind.CHANGE,
        "id",
        *(E.PERSON_UPDATED, E.PERSON_ATTRIBUTES_KEPT, E.PERSON_NUMBER_CHANGED, E.PERSON_LEVEL_CHANGED),
        *(E.PERSON_HIGH_SUSPENDED, E.PERSON_HIGH_RESTORED, E.PERSON_RESIDENCE_CHANGED),
        *(E.PERSON_CAME_OF_AGE, E.PERSON_MERGED, E.PERSON_SPLIT, E.PERSON_DIED, E.PERSON_DEATH_REVOKED),
        *(E.LIFE_EVENT_SETTLED, E.LIFE_EVENT_UNRESOLVED),
    ),
    **_of(
        Kind.CHANGE,
        "warn",
        *(E.PERSON_LOCKED, E.PERSON_UNLOCKED, E.PERSON_GROUND_ADDED, E.PERSON_GROUND_LIFTED),
        *(E.LOCK_REQUESTED, E.LOCK_REQUEST_DECIDED, E.GRANT_ENDED),
    ),
    **_of(Kind.CHANGE, "doc", E.CASE_OPENED, E.CASE_CLOSED, E.CASE_ANSWERED),
    **_of(
        Kind.CHANGE,
        "building",
        *(E.OFFICIAL_JOINED, E.OFFICIAL_MOVED, E.OFFICIAL_LEFT, E.OFFICIAL_REMOVED, E.OFFICIAL_CORRECTED),
        *(E.OFFICIAL_LINKED, E.OFFICIAL_POST_ENDED),
    ),
    **_of(
        Kind.LOOKED,
        "user",
        *(
            E.PEOPLE_SEARCHED,
            E.PERSON_LISTED,
            E.PERSON_LOOKED_AT,
            E.DATA_REQUEST_READ,
            E.LIFE_EVENT_READ,
            E.CONFLICT_OPENED,
            E.CONFLICT_ASSIGNED,
            E.CONFLICT_RESOLVED,
        ),
        *(E.CONFLICT_DISMISSED, E.MERGE_PROPOSED, E.MERGE_WITHDRAWN, E.MERGE_REFUSED),
    ),
    **_of(
        Kind.STOPPED,
        "x",
        *(E.SIGN_IN_REFUSED, E.UPSTREAM_REFUSED, E.INTERACTION_HIJACK_REFUSED, E.CODE_REPLAYED),
        *(E.REFRESH_REUSED, E.CODE_REFUSED, E.REFRESH_REFUSED, E.MANDATE_REFUSED),
        *(E.PERSON_NUMBER_REFUSED, E.LOCK_REQUEST_REFUSED_HAND, E.TOKEN_REVOCATION_REFUSED, E.DESK_REFUSED),
    ),
    **_of(Kind.DETAIL, "list", E.CODE_REDEEMED, E.REFRESH_ROTATED, E.REFRESH_REPEATED, E.TOKEN_REVOKED),
}

NOBODYS = frozenset(
    {
        E.UPSTREAM_SIGN_OUT_REPLAYED,
        E.UPSTREAM_MAINTENANCE_SET,
        E.UPSTREAM_MAINTENANCE_ENDED,
        E.OFFICIAL_REFUSED,
        E.OFFICIALS_READ,
        E.REQUEST_PUSHED,
        E.CLIENT_REGISTERED,
        E.CLIENT_SECRET_ISSUED,
        E.CLIENT_DISABLED,
        E.CLIENT_ENABLED,
        E.CLIENT_SECRET_REVOKED,
        E.CLIENT_TOKEN_ISSUED,
        E.CLIENT_ASSERTION_REPLAYED,
        E.CLIENT_INVITED,
        E.CLIENT_INVITATION_ENDED,
        E.CLIENT_ACCOUNTS_LINKED,
        E.CLIENT_FROZEN,
        E.CLIENT_REMOVED,
        E.EMERGENCY_BEGUN,
        E.EMERGENCY_DONE,
        E.KEY_ANNOUNCED,
        E.KEY_REVOKED,
        E.MASTER_KEY_ESCROWED,
        E.MASTER_KEY_CHANGED,
        E.MASTER_KEY_RESEALED,
        E.KEY_ERASED,
        E.DATABASE_BACKED_UP,
        E.DATABASE_RESTORED,
        E.ADMIN_LINK_ISSUED,
        E.ADMIN_LINK_SPENT,
        E.ORGANISATION_REGISTERED,
        E.ORGANISATION_UPDATED,
        E.ORGANISATION_STATUS_CHANGED,
        E.ORGANISATION_VACANT,
        E.ORGANISATIONS_IMPORTED,
        E.AGENCY_REGISTERED,
        E.AGENCY_UPDATED,
        E.AGENCY_ENDED,
        E.AGENCIES_IMPORTED,
        E.DEMO_LOADED,
        E.SUMMARY,
    }
)
"""Types whose events are about no person's record."""
