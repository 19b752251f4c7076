"""Use cases of organisations and agencies. Each changes rows and records itself in the transaction it is handed."""

from idp.organisations.service.agencies import register_agency
from idp.organisations.service.imports import Counts, record_import
from idp.organisations.service.register import Outcome, Registered, register
from idp.organisations.service.representatives import (
    is_representative_vacant,
    person_of,
    representatives_of,
)
from idp.organisations.service.status import change_status

__all__ = [
    "Counts",
    "Outcome",
    "Registered",
    "change_status",
    "is_representative_vacant",
    "person_of",
    "record_import",
    "register",
    "register_agency",
    "representatives_of",
]
