"""What a grant is called in the access tokens of one audience: the claim `gid` – DESIGN 5.5, adr/0011. Pure.

Made of the grant's own mark under the master key and not stored. Two audiences that compare their tokens find nothing
in common; whoever brings a token back to us names, by `gid` and `aud`, the mark that one statement finds the grant by.
"""

from idp.ids import AudienceGid, Gid
from keys.envelope import Unsealable, Vault

_PURPOSE = "grant.gid"


def gid_at(audience: str, gid: Gid, vault: Vault) -> AudienceGid:
    """Return what this audience calls a grant, the same in all its tokens."""
    return AudienceGid(vault.pseudonym(gid, purpose=_PURPOSE, audience=audience))


def gid_of(presented: AudienceGid, audience: str, vault: Vault) -> Gid | None:
    """Return the mark of the grant that this audience calls so, None if we never told it that."""
    try:
        return Gid(vault.open_pseudonym(presented, purpose=_PURPOSE, audience=audience))
    except Unsealable:
        return None
