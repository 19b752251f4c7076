"""A one-stop desk as tests call it: officials with posts, people who stand before them, cases and codes."""

from datetime import timedelta
from typing import Any

from idp.audit.occasion import Occasion
from idp.clock import Clock
from idp.database import Database, Done
from idp.ids import OfficialId, PersonId, PostId
from idp.officials.model import Official, Post
from idp.officials.roles import Role
from idp.people.model import Person
from idp.recovery.model import DeskCase, DeskRefused, Method, Outcome
from idp.recovery.service import Paper, Seen, confirm_case, open_case
from idp.upstreams.model import ExternalLink
from tests.stores.samples import NOW

WAITS = timedelta(minutes=30)
HOLD = timedelta(days=1)
ISSUER = "https://national.example"
_fresh = Clock(lambda: NOW)


def occasion(moment: Any = NOW) -> Occasion:
    return Occasion(clock=Clock(lambda: moment), now=moment, txn="test")


def make_desk_official(person: Person, number: str, *roles: Role, agency: str = "H24.31") -> Official:
    """An official with one post that is held now; of a desk unless told otherwise."""
    official_id = OfficialId(_fresh.random_bytes(16).hex())
    post = Post(
        post_id=PostId(_fresh.random_bytes(9).hex()),
        official_id=official_id,
        agency_code=agency,
        commune_code="11383",
        position="Cán bộ một cửa",
        roles=roles or (Role.DESK_OFFICER,),
        starts_at=NOW - timedelta(days=400),
    )
    return Official(
        official_id=official_id,
        person_id=person.person_id,
        employee_number=number,
        agency_code="H24",
        posts=(post,),
        created_at=NOW,
        updated_at=NOW,
    )


def make_desk_case(person_id: PersonId, **changes: Any) -> DeskCase:
    values: dict[str, Any] = {
        "case_id": "0000-0000",
        "person_id": person_id,
        "official_id": OfficialId("o"),
        "agency_code": "H24.31",
        "document_digest": bytes(32),
        "document_until": "",
        "method": Method.CARD_CHIP,
        "outcome": Outcome.PROVED,
        "entered_by": "operator:an",
        "opened_at": NOW,
        "expires_at": NOW + WAITS,
    }
    return DeskCase(**(values | changes))


def linked(person_id: PersonId) -> ExternalLink:
    """An account at the national system, by which there is something to recover."""
    return ExternalLink(
        issuer=ISSUER,
        subject=str(person_id),
        person_id=person_id,
        linked_at=NOW,
        last_used_at=NOW,
    )


def seen(person_id: PersonId, official: Official, **changes: Any) -> Seen:
    values: dict[str, Any] = {
        "person_id": person_id,
        "employee_number": official.employee_number,
        "document_number": "031184000047",
        "document_until": "2030-01-31",
        "method": Method.CARD_CHIP,
        "outcome": Outcome.PROVED,
    }
    return Seen(**(values | changes))


async def opened(database: Database[Any], what: Seen, moment: Any = NOW) -> Paper | str:
    """What came of a case: the paper, or the words of the refusal."""
    found: Paper | str = await _said(
        database,
        lambda tx: open_case(tx, what, waits=WAITS, entered_by="operator:an", occasion=occasion(moment)),
    )
    return found


async def confirmed(database: Database[Any], case_id: str, official: Official, moment: Any = NOW) -> Any:
    number = official.employee_number
    return await _said(
        database,
        lambda tx: confirm_case(
            tx, case_id, number, waits=WAITS, entered_by="operator:binh", occasion=occasion(moment)
        ),
    )


async def _said(database: Database[Any], work: Any) -> Any:
    try:
        outcome = await database.transact(work)
    except DeskRefused as error:
        return str(error)
    if isinstance(outcome, Done):
        return outcome.value
    assert isinstance(outcome.error, DeskRefused), outcome.error
    return str(outcome.error)
