"""The registry of scopes: scope → claims → sensitivity → legal basis → minimum acr (OpenID Connect Core §5.4).

One closed table: consent pages, discovery, token profile and JSON Schemas are generated from it (DESIGN 5.19).
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from idp.protocol.acting import ContextKind
from idp.protocol.assurance import Acr, strongest


class Sensitivity(StrEnum):
    """How much harm a leak does; `personal` scopes shorten the access token's life (DESIGN 5.4)."""

    TECHNICAL = "technical"
    BASIC = "basic"
    PERSONAL = "personal"


class LegalBasis(StrEnum):
    """Why a claim may be sent (Law 91/2025/QH15): told as a public task, or asked as consent."""

    PUBLIC_TASK = "public_task"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One scope value and what it opens."""

    name: str
    claims: tuple[str, ...]
    sensitivity: Sensitivity
    default_basis: LegalBasis
    minimum_acr: Acr
    meaning: str
    contexts: frozenset[ContextKind] = frozenset()
    """Only for clients whose people may act so; empty: for all."""
    writes: bool = False
    """Lets the holder of the token change something: never granted for an archive."""


_SCOPES = (
    Scope(
        name="openid",
        claims=("sub",),
        sensitivity=Sensitivity.TECHNICAL,
        default_basis=LegalBasis.PUBLIC_TASK,
        minimum_acr=Acr.LOW,
        meaning="Marks an OpenID Connect request; gives the subject.",
    ),
    Scope(
        name="profile",
        claims=(
            "name",
            "family_name",
            "middle_name",
            "given_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "locale",
            "zoneinfo",
            "updated_at",
        ),
        sensitivity=Sensitivity.BASIC,
        default_basis=LegalBasis.PUBLIC_TASK,
        minimum_acr=Acr.LOW,
        meaning="Full name in Vietnamese order and its parts, gender, birth date (YYYY where only the year is known);"
        " what people have added of their own: nickname, picture, pages.",
    ),
    Scope(
        name="email",
        claims=("email", "email_verified"),
        sensitivity=Sensitivity.BASIC,
        default_basis=LegalBasis.CONSENT,
        minimum_acr=Acr.LOW,
        meaning="E-mail address.",
    ),
    Scope(
        name="phone",
        claims=("phone_number", "phone_number_verified"),
        sensitivity=Sensitivity.BASIC,
        default_basis=LegalBasis.CONSENT,
        minimum_acr=Acr.LOW,
        meaning="Phone number in E.164.",
    ),
    Scope(
        name="address",
        claims=("address",),
        sensitivity=Sensitivity.PERSONAL,
        default_basis=LegalBasis.CONSENT,
        minimum_acr=Acr.LOW,
        meaning="Registered address with the commune's code.",
    ),
    Scope(
        name="age",
        claims=("age_over_14", "age_over_16", "age_over_18"),
        sensitivity=Sensitivity.BASIC,
        default_basis=LegalBasis.CONSENT,
        minimum_acr=Acr.LOW,
        meaning="Whether the person is 14, 16, 18 or older, instead of the birth date; where only the year is known, true"
        " once that is certain.",
    ),
    Scope(
        name="residence",
        claims=("resident_of_commune",),
        sensitivity=Sensitivity.BASIC,
        default_basis=LegalBasis.CONSENT,
        minimum_acr=Acr.LOW,
        meaning="Code of the commune of the registered address, instead of the address.",
    ),
    Scope(
        name="vn.id_number",
        claims=("vn_id_number",),
        sensitivity=Sensitivity.PERSONAL,
        default_basis=LegalBasis.PUBLIC_TASK,
        minimum_acr=Acr.SUBSTANTIAL,
        meaning="12-digit personal identification number; registered per client with its legal basis.",
    ),
    Scope(
        name="mandate",
        claims=("mandates",),
        sensitivity=Sensitivity.BASIC,
        default_basis=LegalBasis.PUBLIC_TASK,
        minimum_acr=Acr.SUBSTANTIAL,
        meaning="What the person may do for the organisation or ward they act for, a row an area.",
        contexts=frozenset({ContextKind.ORGANISATION, ContextKind.WARD, ContextKind.ARCHIVE}),
    ),
    Scope(
        name="agency",
        claims=("agency", "agency_name", "commune", "employee_number"),
        sensitivity=Sensitivity.BASIC,
        default_basis=LegalBasis.PUBLIC_TASK,
        minimum_acr=Acr.SUBSTANTIAL,
        meaning="The agency an official works for, the commune if it is a commune's, and their employee number.",
        contexts=frozenset({ContextKind.OFFICIAL}),
    ),
    Scope(
        name="position",
        claims=("position",),
        sensitivity=Sensitivity.BASIC,
        default_basis=LegalBasis.PUBLIC_TASK,
        minimum_acr=Acr.SUBSTANTIAL,
        meaning="The position an official holds there.",
        contexts=frozenset({ContextKind.OFFICIAL}),
    ),
    Scope(
        name="roles",
        claims=("roles",),
        sensitivity=Sensitivity.BASIC,
        default_basis=LegalBasis.PUBLIC_TASK,
        minimum_acr=Acr.SUBSTANTIAL,
        meaning="The roles an official has in that post.",
        contexts=frozenset({ContextKind.OFFICIAL}),
    ),
    Scope(
        name="offline_access",
        claims=(),
        sensitivity=Sensitivity.TECHNICAL,
        default_basis=LegalBasis.CONSENT,
        minimum_acr=Acr.LOW,
        meaning="A refresh token that outlives the session (Core §11).",
    ),
    Scope(
        name="docs.read",
        claims=(),
        sensitivity=Sensitivity.PERSONAL,
        default_basis=LegalBasis.PUBLIC_TASK,
        minimum_acr=Acr.SUBSTANTIAL,
        meaning="Read the person's documents in the citizens' data store.",
    ),
    Scope(
        name="docs.share",
        claims=(),
        sensitivity=Sensitivity.PERSONAL,
        default_basis=LegalBasis.CONSENT,
        minimum_acr=Acr.SUBSTANTIAL,
        meaning="Put the result of a procedure into the person's documents.",
        writes=True,
    ),
)

SCOPES: dict[str, Scope] = {scope.name: scope for scope in _SCOPES}
"""Every scope there is, by name."""

CLAIM_SCOPE: dict[str, Scope] = {claim: scope for scope in _SCOPES for claim in scope.claims}
"""The scope that opens a claim; a `claims` request is allowed exactly where the client has that scope registered."""


def parse_scope(text: str) -> tuple[str, ...]:
    """Split a scope parameter, each value once, in order (RFC 6749 §3.3)."""
    return tuple(dict.fromkeys(filter(None, text.split(" "))))


def scope_text(scopes: frozenset[str]) -> str:
    """Return scopes as they are written, in order (RFC 6749 §3.3)."""
    return " ".join(sorted(scopes))


def scope_set(text: str) -> frozenset[str]:
    """Return the scopes of what `scope_text` wrote."""
    return frozenset(text.split(" ")) if text else frozenset()


def is_personal(scopes: frozenset[str]) -> bool:
    """Tell whether any of these scopes opens personal data, so that tokens live 60 s (DESIGN 5.4)."""
    return any(SCOPES[name].sensitivity is Sensitivity.PERSONAL for name in scopes if name in SCOPES)


@lru_cache(maxsize=1024)
def least_acr(asked: tuple[str, ...], registered: frozenset[str]) -> Acr:
    """Return the level below which nothing of what is asked for is opened; clients ask for the same again and again."""
    return strongest(SCOPES[name].minimum_acr for name in asked if name in registered and name in SCOPES)
