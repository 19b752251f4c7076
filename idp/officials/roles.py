"""The roles a post gives, a closed vocabulary (DESIGN 5.19), and which of them the city alone gives. Pure.

A role is what services read in tokens; the provider's own administrators are another list (people.roles), which no HR
system touches (SECURITY G04).
"""

from enum import StrEnum


class Role(StrEnum):
    """What somebody in a post may do, in words that services turn into their own rights."""

    LEADER = "leader"
    """Heads the agency or a division of it, signs for it."""
    CASE_OFFICER = "case-officer"
    """Works on files."""
    DESK_OFFICER = "desk-officer"
    """Serves people at a one-stop desk."""
    AGENCY_ADMIN = "agency-admin"
    """Manages the systems of one agency and what is below it."""
    DEVELOPER = "developer"
    """Builds and connects services."""
    IDENTITY_STEWARD = "identity-steward"
    """Resolves conflicts between people's records, city-wide."""
    SECURITY_OFFICER = "security-officer"
    """Ends sessions and locks accounts in an incident, city-wide."""
    AUDITOR = "auditor"
    """Reads the record of others, city-wide."""


OF_THE_CITY = frozenset({Role.IDENTITY_STEWARD, Role.SECURITY_OFFICER, Role.AUDITOR})
"""Roles that reach beyond one agency: an operator gives them, no HR system does."""
