"""The posts a person holds, as contexts to act in (DESIGN 5.2)."""

from datetime import datetime

from idp.ids import PersonId, PostId
from idp.officials.model import Official, Post
from idp.organisations.model import Agency
from idp.people.model import Person
from idp.protocol.acting import ContextKind, PostFacts
from idp.protocol.context import Choice
from idp.transaction import Tx


def choices_of(tx: Tx, person: Person, *, now: datetime) -> tuple[Choice, ...]:
    """Return the posts a person holds now, as contexts to act in (DESIGN 5.2); of an agency that ended, none."""
    found = (
        _choice(official, post, tx.agencies.get(post.agency_code))
        for official in tx.officials.of_person(person.person_id)
        for post in official.live_posts(now)
    )
    return tuple(choice for choice in found if choice is not None)


def held(tx: Tx, person_id: PersonId, post_id: PostId, *, now: datetime) -> Choice | None:
    """Return a post if this person holds it now, and let nobody end it, or its agency, before this transaction does."""
    official = tx.officials.hold_of_post(post_id)
    if official is None or official.person_id != person_id:
        return None
    post = next((post for post in official.live_posts(now) if post.post_id == post_id), None)
    return None if post is None else _choice(official, post, tx.agencies.hold(post.agency_code))


def _choice(official: Official, post: Post, agency: Agency | None) -> Choice | None:
    if agency is not None and agency.ended_at is not None:
        return None
    name = post.agency_code if agency is None else agency.name
    facts = PostFacts(
        post_id=post.post_id,
        agency=post.agency_code,
        agency_name=name,
        commune=post.commune_code,
        position=post.position,
        roles=post.roles,
        employee_number=official.employee_number,
        ends_at=post.ends_at,
    )
    return Choice(
        kind=ContextKind.OFFICIAL,
        choice_id=post.post_id,
        name=name,
        principal_id=post.agency_code,
        post=facts,
    )
