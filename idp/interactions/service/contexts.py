"""For whom the person of a session may act at a client: their own choice, mandates, posts (DESIGN 5.2)."""

from datetime import datetime

from idp.ids import PersonId, PostId
from idp.mandates import service as mandates
from idp.officials import service as officials
from idp.people.model import Person
from idp.protocol.acting import ContextKind
from idp.protocol.context import Choice, Obstacle, own
from idp.protocol.facts import ClientFacts, Realm
from idp.transaction import Tx

_FROM_MANDATES = frozenset({ContextKind.ORGANISATION, ContextKind.WARD, ContextKind.ARCHIVE})


def choices_of(tx: Tx, person: Person, client: ClientFacts, *, now: datetime) -> tuple[Choice, ...]:
    """Return every choice of a kind the client takes, those with an obstacle too."""
    kinds = frozenset(client.subject_contexts)
    choices: list[Choice] = []
    if ContextKind.PERSON in kinds:
        choices.append(own(person.profile.full_name))
    if kinds & _FROM_MANDATES:
        found = [one for one in mandates.choices_of(tx, person, now=now) if one.kind in kinds]
        archives = {one.principal_id for one in found if one.kind is ContextKind.ARCHIVE}
        choices += [one for one in found if not (_is_dissolved(one) and one.principal_id in archives)]
    if ContextKind.OFFICIAL in kinds:
        choices += officials.choices_of(tx, person, now=now)
    return tuple(choices)


def _is_dissolved(choice: Choice) -> bool:
    """Tell whether it is a power that went with its organisation: where the archive is there too, that says so."""
    return choice.obstacle is Obstacle.DISSOLVED


def held(tx: Tx, person_id: PersonId, choice: Choice, *, now: datetime) -> Choice | None:
    """Return the choice as it is now if its power still holds, and keep it from ending before this transaction does."""
    if choice.kind is ContextKind.PERSON:
        return choice
    if choice.kind is ContextKind.OFFICIAL:
        return officials.held(tx, person_id, PostId(choice.choice_id), now=now)
    return mandates.held(tx, person_id, choice.choice_id, now=now)


def may_enter(tx: Tx, person: Person, realm: Realm, *, now: datetime) -> bool:
    """Tell whether a person may begin a session of this realm: an official's takes a post (DESIGN 5.2)."""
    return realm is Realm.CITIZEN or bool(officials.choices_of(tx, person, now=now))
