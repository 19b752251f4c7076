"""Who a person is to whom: the sector a `sub` is of – OpenID Connect Core §8. Pure.

A `sub` is chosen once per person and sector, then stored (DESIGN 5.1). Pairwise clients are in sectors of their own;
clients that registered `public` are all in one, and so are told the same (§8).
"""

from idp.protocol.facts import ClientFacts

SUBJECT_TYPES = ("pairwise", "public")
"""What a client may register; discovery promises the same."""
PUBLIC_SECTOR = "subject_type:public"
"""The sector of every public client; no client may name it as its own, and it is no resource identifier."""


def sector_of(client: ClientFacts) -> str:
    """Return the sector a client's subjects are of: ID token, userinfo, logout token."""
    return PUBLIC_SECTOR if client.subject_type == "public" else client.sector


def sector_of_audience(client: ClientFacts, audience: str, *, iss: str) -> str:
    """Return the sector whose subject an access token carries: the audience's; the client's for our own userinfo."""
    return sector_of(client) if audience == iss else audience
