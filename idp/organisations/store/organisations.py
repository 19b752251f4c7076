"""Organisations: put in, found by number or name, changed as their register says.

`update` writes no status: what comes late from a register can't revive what was dissolved meanwhile.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from idp.database import UtcTime
from idp.ids import OrganisationId
from idp.organisations.identifiers import IdentifierTaken
from idp.organisations.model import Organisation, OrganisationKind, OrganisationScheme, OrganisationStatus
from idp.organisations.name_key import name_key
from idp.organisations.rows import words_of, words_text
from idp.organisations.store.resealing import reseal
from idp.organisations.store.table import IDENTIFIER_PURPOSE, WORDS_PURPOSE, organisations
from keys.envelope import Vault

_AFTER_ALL_LETTERS = "\U0010ffff"
_t = organisations.c
_this = _t.organisation_id == bindparam("of_organisation")
_with_number = (
    _t.scheme == bindparam("of_scheme"),
    _t.lookup.in_(bindparam("lookups", expanding=True)),
)
_GET = select(organisations).where(_this)
_GET_MANY = select(organisations).where(_t.organisation_id.in_(bindparam("of_organisations", expanding=True)))
_LOCK = select(_t.organisation_id).where(_this).with_for_update()
_FIND = select(organisations).where(*_with_number)
_HELD = select(_t.organisation_id).where(*_with_number)
_ADD = (
    insert(organisations)
    .on_conflict_do_nothing(index_elements=["scheme", "lookup"])
    .returning(_t.organisation_id)
)
_SEARCH = (
    select(organisations)
    .where(_t.name_key >= bindparam("prefix"), _t.name_key < bindparam("beyond"))
    .order_by(_t.name_key, _t.organisation_id)
    .limit(bindparam("most"))
)
_UNITS = (
    select(organisations)
    .where(_t.parent_id == bindparam("of_parent"))
    .order_by(_t.organisation_id)
    .limit(bindparam("most"))
)
_UPDATE = (
    update(organisations)
    .where(_this, _t.source_at <= bindparam("new_source_at", type_=UtcTime))
    .values(
        {
            name: bindparam(f"new_{name}", type_=_t[name].type)
            for name in (
                *("kind", "words", "name_key", "legal_form", "founded", "commune_code", "parent_id"),
                *("source", "source_at", "updated_at"),
            )
        }
    )
    .returning(_t.organisation_id)
)
_RENUMBER = (
    update(organisations)
    .where(_this, _t.scheme == bindparam("of_scheme"))
    .values(
        lookup=bindparam("new_lookup"), identifier=bindparam("new_identifier"), updated_at=bindparam("now")
    )
)
_SET_STATUS = (
    update(organisations)
    .where(_this, _t.status != bindparam("new_status"))
    .values(
        status=bindparam("new_status"),
        status_reason=bindparam("reason"),
        source=bindparam("new_source"),
        source_at=bindparam("new_source_at", type_=UtcTime),
        updated_at=bindparam("now"),
    )
    .returning(_t.organisation_id)
)
_COUNT = select(func.count()).select_from(organisations)


@dataclass(frozen=True, slots=True)
class OrganisationStore:
    """The organisations of one transaction."""

    connection: Connection
    vault: Vault

    def get(self, organisation_id: OrganisationId) -> Organisation | None:
        """Return an organisation."""
        row = self.connection.execute(_GET, {"of_organisation": organisation_id}).one_or_none()
        return None if row is None else self._organisation(row)

    def get_many(self, organisation_ids: Iterable[OrganisationId]) -> tuple[Organisation, ...]:
        """Return those of these that there are, in no order."""
        given = {"of_organisations": tuple(organisation_ids)}
        if not given["of_organisations"]:
            return ()
        return tuple(self._organisation(row) for row in self.connection.execute(_GET_MANY, given))

    def lock(self, organisation_id: OrganisationId) -> None:
        """Let no other transaction that locks it go on before this one ends (the rule's root row)."""
        if self.connection.dialect.name != "sqlite":  # which has one writer anyway
            self.connection.execute(_LOCK, {"of_organisation": organisation_id})

    def find(self, scheme: OrganisationScheme, identifier: str) -> Organisation | None:
        """Return whose number, in normal form, this is."""
        row = self.connection.execute(_FIND, self._number(scheme, identifier)).first()
        return None if row is None else self._organisation(row)

    def search_by_name(self, key_prefix: str, limit: int) -> tuple[Organisation, ...]:
        """Return those whose name's key (name_key.py) begins so, in order of that key."""
        given = {"prefix": key_prefix, "beyond": key_prefix + _AFTER_ALL_LETTERS, "most": limit}
        return tuple(self._organisation(row) for row in self.connection.execute(_SEARCH, given))

    def units_of(self, parent_id: OrganisationId, limit: int) -> tuple[Organisation, ...]:
        """Return the dependent units of an enterprise."""
        given = {"of_parent": parent_id, "most": limit}
        return tuple(self._organisation(row) for row in self.connection.execute(_UNITS, given))

    def add(self, organisation: Organisation) -> None:
        """Store a new organisation, or raise IdentifierTaken: then nothing is stored."""
        self.add_many((organisation,))

    def add_many(self, organisations: Iterable[Organisation]) -> None:
        """Store new organisations, a few hundred at a time, parents first.

        Or raise IdentifierTaken: then the transaction must roll back.
        """
        for one in organisations:
            number = self._number(one.scheme, one.identifier)
            # The unique index compares look-ups of one key version; rows not yet resealed have an older one.
            is_held = (
                len(number["lookups"]) > 1 and self.connection.execute(_HELD, number).first() is not None
            )
            if is_held or self.connection.execute(_ADD, organisation_row(self.vault, one)).first() is None:
                raise IdentifierTaken(one.scheme)

    def update(self, organisation: Organisation) -> bool:
        """Store what describes it (no number, no status); False if what is kept is of later."""
        row = organisation_row(self.vault, organisation)
        given = {f"new_{name}": value for name, value in row.items()}
        given["of_organisation"] = organisation.organisation_id
        return self.connection.execute(_UPDATE, given).first() is not None

    def renumber(
        self, organisation_id: OrganisationId, scheme: OrganisationScheme, identifier: str, now: datetime
    ) -> None:
        """Let it be found by another number of its scheme, or raise IdentifierTaken."""
        number = self._number(scheme, identifier)
        if self.connection.execute(_HELD, number).first() is not None:
            raise IdentifierTaken(scheme)
        purpose = IDENTIFIER_PURPOSE.format(scheme=scheme.value)
        given = {
            "of_organisation": organisation_id,
            "of_scheme": scheme,
            "new_lookup": self.vault.lookup(identifier, purpose=purpose),
            "new_identifier": self.vault.seal_text(identifier, purpose=purpose),
            "now": now,
        }
        self.connection.execute(_RENUMBER, given)

    def set_status(
        self,
        organisation_id: OrganisationId,
        status: OrganisationStatus,
        reason: str,
        *,
        source: str,
        source_at: datetime,
        now: datetime,
    ) -> bool:
        """Set what it is now and who says so as of when; True if this call changed it."""
        given = {
            "of_organisation": organisation_id,
            "new_status": status,
            "reason": reason,
            "new_source": source,
            "new_source_at": source_at,
            "now": now,
        }
        return self.connection.execute(_SET_STATUS, given).first() is not None

    def count(self) -> int:
        """Return how many there are."""
        return self.connection.execute(_COUNT).scalar_one()

    def reseal(self, row: Mapping[str, Any]) -> bool:
        """Move an organisation, as stored, to the current version of the master key."""
        return reseal(self.connection, self.vault, row)

    def _number(self, scheme: OrganisationScheme, identifier: str) -> dict[str, Any]:
        purpose = IDENTIFIER_PURPOSE.format(scheme=scheme.value)
        return {"of_scheme": scheme, "lookups": self.vault.lookups(identifier, purpose=purpose)}

    def _organisation(self, row: Row[Any]) -> Organisation:
        purpose = IDENTIFIER_PURPOSE.format(scheme=row.scheme)
        return Organisation(
            organisation_id=OrganisationId(row.organisation_id),
            kind=OrganisationKind(row.kind),
            scheme=OrganisationScheme(row.scheme),
            identifier=self.vault.open_text(row.identifier, purpose=purpose),
            **words_of(self.vault.open_text(row.words, purpose=WORDS_PURPOSE)),
            legal_form=row.legal_form,
            status=OrganisationStatus(row.status),
            status_reason=row.status_reason,
            founded=date.fromisoformat(row.founded) if row.founded else None,
            commune_code=row.commune_code,
            parent_id=None if row.parent_id is None else OrganisationId(row.parent_id),
            source=row.source,
            source_at=row.source_at,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


def organisation_row(vault: Vault, organisation: Organisation) -> dict[str, object]:
    """Return the row of an organisation, sealed."""
    purpose = IDENTIFIER_PURPOSE.format(scheme=organisation.scheme.value)
    return {
        "organisation_id": organisation.organisation_id,
        "kind": organisation.kind.value,
        "scheme": organisation.scheme.value,
        "lookup": vault.lookup(organisation.identifier, purpose=purpose),
        "identifier": vault.seal_text(organisation.identifier, purpose=purpose),
        "words": vault.seal_text(words_text(organisation), purpose=WORDS_PURPOSE),
        "name_key": name_key(organisation.name),
        "legal_form": organisation.legal_form,
        "status": organisation.status.value,
        "status_reason": organisation.status_reason,
        "founded": "" if organisation.founded is None else organisation.founded.isoformat(),
        "commune_code": organisation.commune_code,
        "parent_id": organisation.parent_id,
        "source": organisation.source,
        "source_at": organisation.source_at,
        "created_at": organisation.created_at,
        "updated_at": organisation.updated_at,
    }
