"""The demo city's organisations and agencies as records of the provider, put in where they are missing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

from demo.city import Agency as CityAgency
from demo.city import City
from demo.city import Organisation as CityOrganisation
from idp.audit.occasion import Occasion
from idp.cli.context import operator
from idp.cli.demo_batches import batches
from idp.database import Done
from idp.ids import OrganisationId
from idp.organisations.agency_entry import AgencyEntry
from idp.organisations.entry import Said
from idp.organisations.model import (
    AgencyKind,
    Organisation,
    OrganisationKind,
    OrganisationScheme,
    OrganisationStatus,
)
from idp.organisations.service import Outcome, register_agency
from idp.provider import Provider
from idp.transaction import Tx

_SOURCE = "demo"
_SCHEMES = {
    "tax-code": OrganisationScheme.TAX_CODE,
    "personal-id": OrganisationScheme.PERSONAL_ID,
    "cooperative-code": OrganisationScheme.COOPERATIVE,
    "school-code": OrganisationScheme.SCHOOL,
    "association-code": OrganisationScheme.ASSOCIATION,
}


def organisation_ids(city: City) -> dict[str, OrganisationId]:
    """Return the id of each organisation by its key in the city."""
    return {one.key: OrganisationId(str(one.uuid)) for one in city.organisations}


async def seed_organisations(provider: Provider, city: City, happening: Occasion) -> tuple[int, int]:
    """Add the organisations and agencies that are not there; return how many of each."""
    ids = organisation_ids(city)
    added = [0, 0]
    for batch in batches([as_organisation(one, ids, happening.now) for one in city.organisations]):
        added[0] += (await provider.database.transact(partial(_add, batch=batch))).unwrap()
    added[1] = await seed_agencies(provider, city.agencies, happening)
    return added[0], added[1]


async def seed_agencies(provider: Provider, agencies: Iterable[CityAgency], happening: Occasion) -> int:
    """Add the agencies that are not there; return how many."""
    added = 0
    for some in batches(agencies):
        put = partial(_add_agencies, batch=some, happening=happening)
        added += (await provider.database.transact(put)).unwrap()
    return added


def as_organisation(one: CityOrganisation, ids: Mapping[str, OrganisationId], now: datetime) -> Organisation:
    """Return the record; `ids` gives the id of each by its key in the city."""
    return Organisation(
        organisation_id=ids[one.key],
        kind=OrganisationKind(one.kind),
        scheme=_SCHEMES[one.scheme],
        identifier=one.identifier,
        name=one.name,
        short_name=one.short_name or "",
        foreign_name=one.foreign_name or "",
        legal_form=one.legal_form,
        status=OrganisationStatus(one.status.replace("-", "_")),
        founded=one.founded,
        address=one.address.as_written,
        commune_code=one.address.ward_code,
        parent_id=None if one.parent is None else ids[one.parent],
        source=_SOURCE,
        source_at=now,
        created_at=now,
        updated_at=now,
    )


def as_entry(one: CityAgency) -> AgencyEntry:
    """Return the agency as a file would have it."""
    return AgencyEntry(code=one.code, name=one.name, kind=AgencyKind(one.kind), ward_code=one.ward_code or "")


def _add(tx: Tx, *, batch: Sequence[Organisation]) -> Done[int]:
    missing = [one for one in batch if tx.organisations.get(one.organisation_id) is None]
    tx.organisations.add_many(missing)
    return Done(len(missing))


def _add_agencies(tx: Tx, *, batch: Sequence[CityAgency], happening: Occasion) -> Done[int]:
    said = Said(source=_SOURCE, at=happening.now)
    outcomes = [
        register_agency(tx, as_entry(one), said, actor=operator(), occasion=happening)
        for one in batch
        if tx.agencies.get(one.code) is None
    ]
    return Done(outcomes.count(Outcome.ADDED))
