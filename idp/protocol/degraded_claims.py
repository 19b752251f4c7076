"""What tokens say of a sign-in made while the national system was down (adr/0039): `degraded` and `ial_at`. Pure.

Said where it is so and left out where not, so that a token of a usual sign-in is what it always was.
"""

from idp.protocol.facts import GrantFacts

CLAIMS = ("degraded", "ial_at")


def degraded_claims(grant: GrantFacts) -> dict[str, object]:
    """Return the claims of this grant; none of a usual one."""
    if not grant.degraded:
        return {}
    at = grant.ial_at
    return {"degraded": True} if at is None else {"degraded": True, "ial_at": int(at.timestamp())}
