"""The registry of scopes that a client gets for itself, with no person behind it – RFC 6749 §4.4 (DESIGN 5.19).

A list of its own: nothing here opens data about a citizen, and no authorization request may name it; nothing of
scopes.py is granted without a person (adr/0013). SCIM opens what an agency's HR itself wrote of its officials, and no
more. One name means the same at every audience.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineScope:
    """One scope value and what it opens."""

    name: str
    meaning: str


_SCOPES = (
    MachineScope(
        name="catalog.read",
        meaning="Read shared catalogues: administrative units, agencies, administrative procedures.",
    ),
    MachineScope(
        name="data.read", meaning="Read shared data sets that name no person from the shared data warehouse."
    ),
    MachineScope(
        name="data.write",
        meaning="Deliver data sets that name no person to the shared data warehouse or the open data portal.",
    ),
    MachineScope(
        name="case.status",
        meaning="Report by its number how far a file has come, to the portal and the monitoring system.",
    ),
    MachineScope(
        name="scim.read",
        meaning="Read employment records of officials by SCIM, of the agencies that an operator bound the client to.",
    ),
    MachineScope(
        name="scim.write",
        meaning="Keep these records, and read them: joiners, movers, leavers.",
    ),
    MachineScope(name="metrics.write", meaning="Report indicators to the monitoring and assessment system."),
)

MACHINE_SCOPES: Mapping[str, MachineScope] = {scope.name: scope for scope in _SCOPES}
"""Every scope of machines, by name."""

OF_HR = frozenset({"scim.read", "scim.write"})
"""Scopes of HR systems, each bound to the agencies it serves (`hpid_hr_agency`)."""
