"""The number of an organisation in the form in which two spellings meet, and which number which kind has. Pure.

No text of a refusal repeats the number: a household business's is a person's.
"""

import re
import unicodedata

from idp.organisations.enterprise_code import InvalidEnterpriseCode, enterprise_of, parse_enterprise_code
from idp.organisations.model import OrganisationKind, OrganisationScheme

SCHEMES: dict[OrganisationKind, frozenset[OrganisationScheme]] = {
    OrganisationKind.ENTERPRISE: frozenset({OrganisationScheme.TAX_CODE}),
    OrganisationKind.DEPENDENT_UNIT: frozenset({OrganisationScheme.TAX_CODE}),
    OrganisationKind.HOUSEHOLD_BUSINESS: frozenset({OrganisationScheme.PERSONAL_ID}),
    OrganisationKind.COOPERATIVE: frozenset({OrganisationScheme.COOPERATIVE, OrganisationScheme.TAX_CODE}),
    OrganisationKind.SCHOOL: frozenset({OrganisationScheme.SCHOOL, OrganisationScheme.TAX_CODE}),
    OrganisationKind.ASSOCIATION: frozenset({OrganisationScheme.ASSOCIATION, OrganisationScheme.TAX_CODE}),
}
"""Kind → the schemes its number may be of."""
_PERSONAL_ID = re.compile(r"[0-9]{12}")
_TYPED_CODE = re.compile(r"[A-Z0-9]+([.-][A-Z0-9]+)*")
_MOST_CHARACTERS = 35
_SPACES = re.compile(r"\s")


class InvalidIdentifier(ValueError):
    """No number of this scheme, or not of this kind of organisation."""


class IdentifierTaken(Exception):
    """The number is another organisation's; the transaction must not go on."""

    def __init__(self, scheme: OrganisationScheme) -> None:
        super().__init__(f"this {scheme.value} is another organisation's")
        self.scheme = scheme


def normal_identifier(scheme: OrganisationScheme, text: str) -> str:
    """Return the number in normal form, or raise InvalidIdentifier."""
    plain = unicodedata.normalize("NFKC", text).strip()
    match scheme:
        case OrganisationScheme.TAX_CODE:
            try:
                return parse_enterprise_code(plain)
            except InvalidEnterpriseCode as error:
                raise InvalidIdentifier(str(error)) from None
        case OrganisationScheme.PERSONAL_ID:
            digits = _SPACES.sub("", plain)
            if not _PERSONAL_ID.fullmatch(digits):
                raise InvalidIdentifier("the number of a household business is its owner's, of 12 digits")
            return digits
        case OrganisationScheme.COOPERATIVE | OrganisationScheme.SCHOOL | OrganisationScheme.ASSOCIATION:
            code = plain.upper()
            if len(code) > _MOST_CHARACTERS or not _TYPED_CODE.fullmatch(code):
                raise InvalidIdentifier("a code has letters and digits in groups, 35 characters at most")
            return code


def check_identifier(kind: OrganisationKind, scheme: OrganisationScheme, identifier: str) -> None:
    """Refuse a number, in normal form, that this kind of organisation can't have."""
    if scheme not in SCHEMES[kind]:
        raise InvalidIdentifier(f"{kind.value} has no {scheme.value}")
    is_unit = kind is OrganisationKind.DEPENDENT_UNIT
    if scheme is OrganisationScheme.TAX_CODE and is_unit is not (enterprise_of(identifier) is not None):
        raise InvalidIdentifier("three more digits are a dependent unit's, and every one of those has them")
