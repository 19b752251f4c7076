"""The personas of demo/personas.yaml: who they are, how they sign in, what each of them shows.

DOMAIN §5.5. Their records become part of every city through cast.py; only they have credentials.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

_FILE = Path(__file__).parents[1] / "personas.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalSignIn:
    """Account at the mocked national system, for a personal ID number, a tax code or an organisation code."""

    number: str = field(repr=False)
    password: str = field(repr=False)
    account_type: Literal["citizen", "enterprise", "organisation"]
    names_acting_person: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CitySignIn:
    username: str
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)
    """Base32, RFC 4648."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    device_id: str
    ward_code: str
    desk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    slug: str
    """For kind "person" also the key of the Person."""
    kind: Literal["person", "enterprise", "organisation", "device"]
    featured: bool
    purpose_vi: str
    purpose_en: str
    shows_vi: str
    shows_en: str
    organisation: str | None
    """Key of the Organisation, for kinds "enterprise" and "organisation"."""
    national: NationalSignIn | None
    city: CitySignIn | None
    device: Device | None
    expects: Mapping[str, Mapping[str, Any]] = field(hash=False, repr=False)
    """What comes of signing in, by service: levels and choices, or how they are refused."""


@cache
def document() -> dict[str, Any]:
    """The file as it stands."""
    with _FILE.open(encoding="utf-8") as file:
        content: dict[str, Any] = yaml.safe_load(file)
    return content


@cache
def load() -> tuple[Persona, ...]:
    """All personas, in the order of the file."""
    identifiers = {row["key"]: row["identifier"] for row in document()["organisations"]}
    return tuple(_persona(row, identifiers) for row in document()["personas"])


def _persona(row: dict[str, Any], identifiers: dict[str, str]) -> Persona:
    kind = row.get("kind", "person")
    number = row["person"]["personal_id"] if "person" in row else identifiers.get(row.get("organisation", ""))
    device = row.get("device")
    return Persona(
        slug=row["slug"],
        kind=kind,
        featured=row.get("featured", False),
        purpose_vi=row["purpose"]["vi"],
        purpose_en=row["purpose"]["en"],
        shows_vi=row["shows"]["vi"],
        shows_en=row["shows"]["en"],
        organisation=row.get("organisation"),
        national=NationalSignIn(
            number=str(number),
            password=row["national"]["password"],
            account_type="citizen" if kind == "person" else kind,
            names_acting_person=row.get("names_acting_person", False),
        )
        if "national" in row
        else None,
        city=CitySignIn(**row["city"]) if "city" in row else None,
        device=Device(device_id=device["device_id"], ward_code=device["ward"], desk=device["desk"])
        if device
        else None,
        expects=row.get("expects", {}),
    )
