"""From which figures on a sign-in is out of the ordinary, and what the operator knows of networks (`idp/risk/`)."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class RiskSettings(BaseSettings):
    """What makes a sign-in stand out. 0 turns a signal off; what follows from each: docs/explanation/risk.md."""

    model_config = SettingsConfigDict(env_prefix="HPID_RISK_", extra="ignore")

    places: Path | None = None
    """File that says where networks are: network, place, latitude, longitude, with tabs between, a line each. Unset:
    nobody's place is known, and no travel is noticed."""
    speed: int = Field(default=900, ge=0, le=10_000)
    """Two sign-ins of one person that are further apart than this allows, in km/h."""
    distance: int = Field(default=100, ge=0, le=20_000)
    """Nearer than this, in km, no speed counts: networks are not places."""
    accounts_on_device: int = Field(default=5, ge=0, le=1000)
    """So many people signed in in one browser within an hour."""
    accounts_at_address: int = Field(default=300, ge=0, le=10_000)
    """So many people signed in at one address within an hour, each in a browser that was new to them."""
    burst_at_service: int = Field(default=500, ge=0, le=10_000)
    """So many people signed in for one service within ten minutes, each in a browser that was new to them."""
    shared_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    """Networks of desks and kiosks, where many people use one machine: how many do is not counted there; comma
    separated, e.g. 203.0.113.16/28,2001:db8::/48."""

    @field_validator("shared_networks", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )
