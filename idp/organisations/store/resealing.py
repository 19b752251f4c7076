"""Moving an organisation to a new version of the master key: number, look-up and words in one statement."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, and_, bindparam, literal, select, update

from idp.organisations.identifiers import IdentifierTaken
from idp.organisations.model import OrganisationScheme
from idp.organisations.store.table import IDENTIFIER_PURPOSE, WORDS_PURPOSE, organisations
from keys.envelope import Vault

_t = organisations.c
_t_twin = organisations.alias("twin")
_is_twin = and_(
    _t_twin.c.scheme == bindparam("of_scheme"),
    _t_twin.c.lookup == bindparam("new_lookup"),
    _t_twin.c.organisation_id != bindparam("of_organisation_id"),
)
_FIND_TWIN = select(_t_twin.c.organisation_id).where(_is_twin)
_MOVE = (
    update(organisations)
    .where(
        *(
            _t[name] == bindparam(f"of_{name}")
            for name in ("organisation_id", "lookup", "identifier", "words")
        ),
        ~select(literal(1)).select_from(_t_twin).where(_is_twin).exists(),
    )
    .values({name: bindparam(f"new_{name}") for name in ("lookup", "identifier", "words")})
)


def reseal(connection: Connection, vault: Vault, row: Mapping[str, Any]) -> bool:
    """Move a row, as it was read, to the current version; False if another changed it meanwhile.

    Unsealable if a value does not open; IdentifierTaken if another organisation has the number under that version.
    """
    purpose = IDENTIFIER_PURPOSE.format(scheme=row["scheme"])
    identifier = vault.open_text(row["identifier"], purpose=purpose)
    given = {
        **{
            f"of_{name}": row[name] for name in ("organisation_id", "scheme", "lookup", "identifier", "words")
        },
        "new_lookup": vault.lookup(identifier, purpose=purpose),
        "new_identifier": vault.seal_text(identifier, purpose=purpose),
        "new_words": vault.reseal(row["words"], purpose=WORDS_PURPOSE),
    }
    if connection.execute(_MOVE, given).rowcount:
        return True
    if connection.execute(_FIND_TWIN, given).first() is not None:
        raise IdentifierTaken(OrganisationScheme(row["scheme"]))
    return False
