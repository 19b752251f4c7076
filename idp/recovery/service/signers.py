"""Who may sign for whom at a one-stop desk, at this moment (DOMAIN §3.5; adr/0048).

An official proves neither themselves nor anybody of their family or household, and is an official with a desk post at
that moment. Officials and administrators are proved by two.
"""

from idp.audit.occasion import Occasion
from idp.ids import OfficialId
from idp.mandates.model import PrincipalKind
from idp.officials.model import Official, Post
from idp.officials.roles import Role
from idp.people.model import Person, PersonStatus
from idp.recovery.model import DeskRefused
from idp.recovery.rules import are_kin, is_one_household, wards
from idp.transaction import Tx


def at_desk(tx: Tx, employee_number: str, agency_code: str, occasion: Occasion) -> tuple[Official, Post]:
    """Return the official and the desk post they hold now; DeskRefused: there is none, or nobody knows who it is."""
    official = tx.officials.find_by_number(employee_number)
    if official is None or official.person_id is None:
        raise DeskRefused("no official of that number whose own record is known")
    own = tx.people.canonical(official.person_id)
    if own is None or own.status is not PersonStatus.ACTIVE:
        raise DeskRefused("that official's own record is locked")
    desks = [post for post in _desks_of(official, occasion) if agency_code in {"", post.agency_code}]
    if not desks:
        raise DeskRefused("that official holds no desk post there now")
    if len(desks) > 1 and not agency_code:
        raise DeskRefused("that official holds several desk posts: name the agency")
    return official, desks[0]


def is_at_a_desk(tx: Tx, official_id: OfficialId, occasion: Occasion) -> bool:
    """Tell whether an official holds a desk post now, and nothing is wrong with their own record."""
    official = tx.officials.get(official_id)
    if official is None or official.person_id is None or not _desks_of(official, occasion):
        return False
    own = tx.people.canonical(official.person_id)
    return own is not None and own.status is PersonStatus.ACTIVE


def is_same_human(tx: Tx, opened_by: OfficialId, official: Official) -> bool:
    """Tell whether two officials are one human being: who works for two agencies has two employee numbers."""
    if opened_by == official.official_id or official.person_id is None:
        return True
    employed = tx.officials.of_person(tx.people.standing_id(official.person_id))
    return any(one.official_id == opened_by for one in employed)


def why_not(tx: Tx, official: Official, person: Person) -> str:
    """Return why this official must not prove this person; empty: they may."""
    own = None if official.person_id is None else tx.people.canonical(official.person_id)
    if own is None:
        return "it is not known who the official is"
    if own.person_id == person.person_id:
        return "nobody proves themselves"
    held, over = tx.mandates.of_delegate(own.person_id), tx.mandates.of_principal
    about = (*held, *over(PrincipalKind.PERSON, own.person_id))
    theirs = wards(tx.mandates.of_delegate(person.person_id))
    if are_kin(about, own, person, wards_of=theirs) or is_one_household(own, person):
        return "nobody proves their own family or household"
    return ""


def is_privileged(tx: Tx, person: Person, occasion: Occasion) -> bool:
    """Tell whether somebody is an official or an administrator of this provider now."""
    employed = tx.officials.of_person(person.person_id)
    return bool(person.roles) or any(one.live_posts(occasion.now) for one in employed)


def _desks_of(official: Official, occasion: Occasion) -> list[Post]:
    return [post for post in official.live_posts(occasion.now) if Role.DESK_OFFICER in post.roles]
