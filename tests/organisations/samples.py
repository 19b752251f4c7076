"""Organisations and agencies as tests need them: valid by default, each organisation another one."""

from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

from stdnum.vn import mst

from idp.clock import Clock
from idp.organisations.model import (
    Agency,
    AgencyKind,
    Organisation,
    OrganisationKind,
    OrganisationScheme,
    OrganisationStatus,
)
from tests.stores.samples import NOW

_fresh = Clock(lambda: NOW)
_serials = count(9_100_000)


def tax_code() -> str:
    """A code nobody has, another one each time."""
    while True:
        prefix = f"02{next(_serials)}"
        digit = mst.calc_check_digit(prefix)
        if len(digit) == 1:
            return prefix + digit


def make_organisation(name: str = "Công ty TNHH Hải Long", **changes: Any) -> Organisation:
    organisation = Organisation(
        organisation_id=_fresh.organisation_id(),
        kind=OrganisationKind.ENTERPRISE,
        scheme=OrganisationScheme.TAX_CODE,
        identifier=changes.pop("identifier", None) or tax_code(),
        name=name,
        short_name="Hải Long",
        foreign_name="Hai Long Co., Ltd",
        legal_form="llc",
        status=OrganisationStatus.ACTIVE,
        founded=date(2011, 5, 3),
        address="Số 3 Điện Biên Phủ",
        commune_code="11311",
        source="register",
        source_at=NOW,
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(organisation, **changes)


def make_household(
    identifier: str, name: str = "Hộ kinh doanh Trịnh Thị Yến", **changes: Any
) -> Organisation:
    return make_organisation(
        name,
        kind=OrganisationKind.HOUSEHOLD_BUSINESS,
        scheme=OrganisationScheme.PERSONAL_ID,
        identifier=identifier,
        **{"short_name": "", "foreign_name": "", "legal_form": "household-business"} | changes,
    )


def make_agency(code: str, name: str = "Sở Y tế", **changes: Any) -> Agency:
    kinds = {1: AgencyKind.CITY, 2: AgencyKind.DEPARTMENT}
    agency = Agency(
        code=code,
        name=name,
        kind=kinds.get(len(code.split(".")), AgencyKind.UNIT),
        source="register",
        source_at=NOW,
        updated_at=NOW,
    )
    return replace(agency, **changes)
