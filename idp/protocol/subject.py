"""Pairwise subjects – OpenID Connect Core §8.1: chosen once per person and sector, then stored (DESIGN 5.1). Pure."""

from idp.protocol.facts import ClientFacts

SUBJECT_TYPES = ("pairwise",)
"""What a client may register; discovery promises the same."""


def sector_of_audience(client: ClientFacts, audience: str, *, iss: str) -> str:
    """Return the sector whose subject an access token carries: the audience's; the client's for our own userinfo."""
    return client.sector if audience == iss else audience
