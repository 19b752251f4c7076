"""A power to act for an organisation or for a ward, and what leads to one. Pure.

A term begins with the moment `valid_from` and is over at the moment `valid_to`: where people say days, the first is the
beginning of a day in Việt Nam and the second the end of one (idp/days.py).
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from idp.ids import MandateId, OrganisationId, PersonId


class PrincipalKind(StrEnum):
    """For whom somebody acts."""

    ORGANISATION = "organisation"
    PERSON = "person"


class Source(StrEnum):
    """Where a mandate comes from, and so what ends it."""

    REGISTER = "register"
    """The business register: it ends when the register says otherwise."""
    APPOINTED = "appointed"
    """Somebody of the principal gave it, within what they hold themselves."""
    PARENT = "parent"
    """The population register: it ends on the child's 18th birthday."""
    COURT = "court"
    """A court appointed a guardian."""


class Role(StrEnum):
    """What the delegate is to the principal."""

    REPRESENTATIVE = "representative"
    ADMINISTRATOR = "administrator"
    APPROVER = "approver"
    MAKER = "maker"
    VIEWER = "viewer"
    PARENT = "parent"
    GUARDIAN = "guardian"
    ARCHIVE = "archive"
    """Who represented an organisation last, once it is dissolved: reads what is kept of it, and acts no more."""


STAFF_ROLES = (Role.APPROVER, Role.MAKER, Role.VIEWER)
"""What people, and firms, may be appointed to in single areas: approve and sign, prepare, view only."""


class Powers(StrEnum):
    """Whether a mandate reaches into everything."""

    FULL = "full"
    LISTED = "listed"


class Area(StrEnum):
    """Service areas a listed mandate reaches into; the words for people stand in idp/ui/strings/mandates.py."""

    TAX = "tax"
    """Declaring and paying taxes."""
    CUSTOMS = "customs"
    """Customs declarations."""
    SOCIAL_INSURANCE = "social-insurance"
    """Social, health and unemployment insurance of employees."""
    BUSINESS_REGISTRATION = "business-registration"
    """What the business register says of the organisation."""
    CONSTRUCTION = "construction"
    """Building permits."""
    LAND = "land"
    """Land use rights."""
    ENVIRONMENT = "environment"
    """Environmental permits and reports."""
    LABOUR = "labour"
    """Labour contracts, work permits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Whom somebody acts for."""

    kind: PrincipalKind
    id: str

    @property
    def ref(self) -> str:
        """Return how the record names it."""
        return f"{self.kind.value}:{self.id}"


def organisation(organisation_id: str) -> Principal:
    """Return an organisation as a principal."""
    return Principal(kind=PrincipalKind.ORGANISATION, id=organisation_id)


def ward(person_id: PersonId) -> Principal:
    """Return a child, or a person under care, as a principal."""
    return Principal(kind=PrincipalKind.PERSON, id=person_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How far a power reaches: as what, into which areas, from when and until when."""

    role: Role
    powers: Powers = Powers.LISTED
    services: tuple[str, ...] = ()
    """Areas, in order; empty when powers are full."""
    valid_from: datetime
    valid_to: datetime | None = None
    """The moment it is over; None: no end is set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """One person may act for one principal."""

    mandate_id: MandateId
    principal_kind: PrincipalKind
    principal_id: str
    delegate_id: PersonId
    through_id: OrganisationId | None = None
    """The firm the delegate acts through."""
    appointment_id: str | None = None
    """The firm's appointment it hangs on."""
    source: Source
    role: Role
    powers: Powers
    services: tuple[str, ...] = ()
    valid_from: datetime
    valid_to: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str = ""
    contested: bool = False
    """Parents disagree about custody: usable by none of them until a desk has decided."""
    appointed_by: str
    """Who gave it, as the record names them."""
    reference: str = field(default="", repr=False)
    """The court's decision."""
    created_at: datetime

    @property
    def principal(self) -> Principal:
        """Whom it is for."""
        return Principal(kind=self.principal_kind, id=self.principal_id)

    @property
    def extent(self) -> Extent:
        """How far it reaches."""
        return Extent(
            role=self.role,
            powers=self.powers,
            services=self.services,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )

    def is_over(self, now: datetime) -> bool:
        """Tell whether it has ended, or its term is over."""
        return self.ended_at is not None or (self.valid_to is not None and self.valid_to <= now)

    def is_live(self, now: datetime) -> bool:
        """Tell whether it has begun and is not over; a contested one may be live."""
        return self.valid_from <= now and not self.is_over(now)

    @property
    def over_at(self) -> datetime | None:
        """Return when it was over or will be."""
        return self.ended_at or self.valid_to


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmAppointment:
    """An organisation lets a firm act for it; which of the firm's people do is the firm's to say."""

    appointment_id: str
    principal_id: OrganisationId
    firm_id: OrganisationId
    role: Role
    services: tuple[str, ...]
    valid_from: datetime
    valid_to: datetime
    ended_at: datetime | None = None
    end_reason: str = ""
    appointed_by: str
    created_at: datetime

    @property
    def extent(self) -> Extent:
        """How far it reaches."""
        return Extent(
            role=self.role, services=self.services, valid_from=self.valid_from, valid_to=self.valid_to
        )

    def is_over(self, now: datetime) -> bool:
        """Tell whether it has ended, or its term is over."""
        return self.ended_at is not None or self.valid_to <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitee:
    """Whom an invitation means, as the inviter typed it: both must be theirs who accepts (adr/0029)."""

    number: str = field(repr=False)
    """Personal ID number, without spaces."""
    name_fold: str = field(repr=False)
    """The name, folded (idp/name_fold.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A mandate offered; whether anybody answers to number and name is not known until they accept."""

    invitation_id: str
    principal_id: OrganisationId
    role: Role
    services: tuple[str, ...]
    valid_from: datetime
    valid_to: datetime
    shown: str = field(repr=False)
    """The name as typed and the last three digits of the number: for whoever invited."""
    invited_by: PersonId
    created_at: datetime
    expires_at: datetime
    closed_at: datetime | None = None
    close_reason: str = ""

    @property
    def principal(self) -> Principal:
        """Whom it is for."""
        return organisation(self.principal_id)

    @property
    def extent(self) -> Extent:
        """How far the mandate would reach."""
        return Extent(
            role=self.role, services=self.services, valid_from=self.valid_from, valid_to=self.valid_to
        )

    def is_open(self, now: datetime) -> bool:
        """Tell whether it may be accepted."""
        return self.closed_at is None and now < self.expires_at and now < self.valid_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """One person proposes to end the mandate of the last administrator; another must confirm."""

    removal_id: str
    mandate_id: MandateId
    principal_id: OrganisationId
    proposed_by: PersonId
    created_at: datetime
    expires_at: datetime
    closed_at: datetime | None = None
    closed_by: PersonId | None = None

    def is_open(self, now: datetime) -> bool:
        """Tell whether it may be confirmed."""
        return self.closed_at is None and now < self.expires_at


class Rule(StrEnum):
    """What a refused change would have broken."""

    NOT_ALLOWED = "not-allowed"
    """Who asks holds no mandate of this principal that lets them do this."""
    THROUGH_A_FIRM = "through-a-firm"
    """Who acts through a firm appoints nobody: a chain has one link."""
    NOT_APPOINTABLE = "not-appointable"
    """Representatives, parents and guardians come from registers and courts."""
    TWO_ADMINISTRATORS = "two-administrators"
    """An organisation has at most two administrators, those invited counted."""
    WIDER = "wider"
    """It reaches into more areas, or further, than what they hold themselves."""
    LONGER = "longer"
    """It begins before or ends after what they hold themselves."""
    TERM = "term"
    """It has no end, or ends before it begins, or is over already."""
    AREAS = "areas"
    """It names no area, or one that does not exist."""
    SELF = "self"
    """Nobody acts for themselves, or appoints themselves."""
    ALREADY = "already"
    """The delegate holds this already."""
    DELEGATE = "delegate"
    """The delegate has died, is locked, or has no account of level 02."""
    FROM_REGISTER = "from-register"
    """It comes from a register or a court, and ends there."""
    SECOND_PERSON = "second-person"
    """Whoever proposed a removal can't confirm it."""
    OVER = "over"
    """What it is about has ended meanwhile."""
    TOO_MANY = "too-many"
    """Too many offers wait already."""
    FIRM = "firm"
    """The firm is not active, or is the principal itself."""
    NOT_OF_THE_FIRM = "not-of-the-firm"
    """A firm names only people who hold a mandate of it."""


class MandateRefused(Exception):
    """A change that a rule forbids."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(rule.value)
        self.rule = rule
