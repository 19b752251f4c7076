"""A case as tests make it."""

from dataclasses import replace
from typing import Any

from idp.cases.model import Case, CaseKind
from idp.ids import PersonId
from tests.stores.samples import NOW


def make_case(person_id: PersonId, **changes: Any) -> Case:
    case = Case(
        case_id="c",
        kind=CaseKind.QUESTION,
        person_id=person_id,
        opened_at=NOW,
        about="e",
        facts={"event_id": "e"},
    )
    return replace(case, **changes)
