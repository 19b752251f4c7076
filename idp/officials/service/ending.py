"""What ends with a post: the grants given under it, and the official sessions of who holds no other.

Where the session goes on, since there is another post, the services that were used under the one that ended are told.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from idp.audit.events import EventType
from idp.ids import OfficialId, PersonId
from idp.officials.model import Post
from idp.officials.service.hand import Hand, agencies_of
from idp.officials.service.holding import hold
from idp.protocol.facts import GrantFacts, Realm
from idp.sessions.service import end_session, tell_of_ended
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Posts that ended, and what had been granted under them."""

    posts: Sequence[Post] = ()
    grants: Sequence[GrantFacts] = ()


def close_overdue(tx: Tx, official_id: OfficialId, hand: Hand) -> int:
    """Carry out the end of posts whose last day is over; return how many. They ended at midnight without this."""
    official = hold(tx, official_id)
    if official is None:
        return 0
    due = [post for post in official.posts if post.closed_at is None and post.is_over(hand.now)]
    ended = end_posts(tx, due, hand, reason="its last day is over")
    if official.person_id is not None:
        end_idle_sessions(tx, official.person_id, hand, reason="no post any more")
    tell_of_ended(tx, ended.grants, occasion=hand.occasion)
    if ended.posts:
        tx.audit.add(hand.event(EventType.OFFICIAL_POST_ENDED, official, ended=agencies_of(ended.posts)))
    return len(ended.posts)


def end_posts(tx: Tx, posts: Sequence[Post], hand: Hand, *, reason: str) -> Ended:
    """End posts, and what was granted under each with it; `end_idle_sessions` comes after it, then `tell_of_ended`."""
    ended: list[Post] = []
    for post in posts:
        if tx.officials.close_post(post, now=hand.now, reason=reason):
            ended.append(post)
    return Ended(posts=ended, grants=end_grants(tx, ended, hand, reason=reason))


def end_grants(tx: Tx, posts: Sequence[Post], hand: Hand, *, reason: str) -> list[GrantFacts]:
    """End what was granted under posts, and return it."""
    ended: list[GrantFacts] = []
    for post in posts:
        ended += tx.grants.revoke_of_context(post.post_id, hand.now, reason)
    return ended


def end_idle_sessions(tx: Tx, person_id: PersonId, hand: Hand, *, reason: str) -> None:
    """End the official sessions of a person who holds no post any more, at whichever agency.

    Two agencies may end the last two posts at once: the person's row makes one of them come after the other.
    """
    tx.people.lock(person_id)
    if any(official.live_posts(hand.now) for official in tx.officials.of_person(person_id)):
        return
    for session in tx.sessions.of_person(person_id):
        if session.realm is Realm.OFFICIAL:
            end_session(tx, session, reason=reason, occasion=hand.occasion, actor=hand.actor)
