"""What a record must be, and what of its posts ends, begins or stays when it is stated anew. Pure.

Agency codes are in normal form; that there is such an agency, the tree of agencies says (service.py).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from idp.days import day_of, end_of, start_of
from idp.officials.model import Post, RecordRefused, WantedPost, WantedRecord
from idp.officials.roles import OF_THE_CITY, Role
from idp.organisations.model import is_within

MOST_POSTS = 100
"""Of one official, over the years: as many as one short transaction can end."""
_MOST_STATED = 20
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}", re.ASCII)
_COMMUNE = re.compile(r"[0-9]{5}", re.ASCII)
_PERSONAL_ID = re.compile(r"[0-9]{12}", re.ASCII)
_EMAIL = re.compile(r"[^@\s]{1,64}@[A-Za-z0-9.-]{1,253}")
_LONGEST_WORDS = 200
_EARLIEST, _LATEST = date(1945, 9, 2), date(2199, 12, 31)
"""Days of a post: since there is a state to serve, and none so far off that no calendar has the day after."""
_LONGEST_WORD = 40


def check_record(record: WantedRecord, *, root: str) -> WantedRecord:
    """Return the record with its roles in order, or raise RecordRefused by the member.

    `root`: the agency whose own HR states it, and no agency beside or above it; empty: the city's.
    """
    if not _NUMBER.fullmatch(record.employee_number):
        raise RecordRefused("employee_number", "1 to 64 letters, digits, dots, hyphens, slashes, underscores")
    if root and not is_within(record.agency_code, root):
        raise RecordRefused("agency", "not one of your agencies", is_beyond=True)
    if record.personal_id and not _PERSONAL_ID.fullmatch(record.personal_id):
        raise RecordRefused("personal_id", "12 digits")
    profile = record.profile
    names = (profile.full_name, profile.family_name, profile.middle_name, profile.given_name)
    if any(len(name) > _LONGEST_WORDS or not name.isprintable() for name in names):
        raise RecordRefused("name", f"at most {_LONGEST_WORDS} printable characters")
    if len(profile.email_type) > _LONGEST_WORD or not profile.email_type.isprintable():
        raise RecordRefused("email", f"its type has at most {_LONGEST_WORD} printable characters")
    if profile.email and not _EMAIL.fullmatch(profile.email):
        raise RecordRefused("email", "not an e-mail address")
    if len(record.posts) > _MOST_STATED:
        raise RecordRefused("posts", f"at most {_MOST_STATED} at once")
    posts = tuple(_checked_post(post, root) for post in record.posts)
    if len({_key(post) for post in posts if post.valid_to is None}) < sum(p.valid_to is None for p in posts):
        raise RecordRefused("posts", "one stands there twice: same agency, commune and roles")
    return replace(record, posts=posts)


def _checked_post(post: WantedPost, root: str) -> WantedPost:
    if root and not is_within(post.agency_code, root):
        raise RecordRefused("posts.agency", "not one of your agencies", is_beyond=True)
    if post.commune_code and not _COMMUNE.fullmatch(post.commune_code):
        raise RecordRefused("posts.commune", "five digits")
    if not 0 < len(post.position) <= _LONGEST_WORDS or not post.position.isprintable():
        raise RecordRefused("posts.position", f"1 to {_LONGEST_WORDS} printable characters")
    for member, day in (("posts.valid_from", post.valid_from), ("posts.valid_to", post.valid_to)):
        if day is not None and not _EARLIEST <= day <= _LATEST:
            raise RecordRefused(member, f"a day from {_EARLIEST} to {_LATEST}")
    if post.valid_from and post.valid_to and post.valid_to < post.valid_from:
        raise RecordRefused("posts.valid_to", "before valid_from")
    return replace(post, roles=in_order(post.roles))


def in_order(roles: Sequence[Role]) -> tuple[Role, ...]:
    """Return roles in the order of the vocabulary, each once."""
    return tuple(role for role in Role if role in roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPlan:
    """What becomes of somebody's posts."""

    ended: tuple[Post, ...]
    """These end now; grants given under them with them."""
    begun: tuple[WantedPost, ...]
    changed: tuple[Post, ...]
    """Same agency, commune and roles: position or days are put right."""

    @property
    def is_empty(self) -> bool:
        """Tell whether everything stays."""
        return not (self.ended or self.begun or self.changed)


def plan_posts(held: Sequence[Post], wanted: Sequence[WantedPost], *, now: datetime) -> PostPlan:
    """Compare posts with those stated: another agency, commune or roles is another post.

    A post that is over stays what it was; stating it again, with the day it began on, changes nothing.
    """
    left = [post for post in held if not post.is_over(now)]
    over = {(_key(post), post.valid_from) for post in held if post.is_over(now)}
    begun: list[WantedPost] = []
    changed: list[Post] = []
    for one in wanted:
        if one.valid_from is not None and (_key(one), one.valid_from) in over:
            continue
        same = [post for post in left if _key(post) == _key(one)]
        same.sort(key=lambda post: post.valid_from != one.valid_from)
        if not same:
            begun.append(one)
            continue
        left.remove(same[0])
        corrected = _corrected(same[0], one)
        if corrected != same[0]:
            changed.append(corrected)
    return PostPlan(ended=tuple(left), begun=tuple(begun), changed=tuple(changed))


def check_count(held: Sequence[Post], plan: PostPlan) -> None:
    """Refuse more posts than one short transaction can end."""
    if len(held) + len(plan.begun) > MOST_POSTS:
        raise RecordRefused("posts", f"at most {MOST_POSTS} over the years")


def check_roles(given: Sequence[Post | WantedPost]) -> None:
    """Refuse an HR system that gives a role of the whole city, or puts right a post that has one."""
    if any(not OF_THE_CITY.isdisjoint(post.roles) for post in given):
        raise RecordRefused("posts.roles", "a role of the whole city is given by an operator", is_beyond=True)


def starts_at(post: WantedPost, now: datetime) -> datetime:
    """Return when a post begins that was stated now."""
    return start_of(post.valid_from or day_of(now))


def _corrected(post: Post, wanted: WantedPost) -> Post:
    return replace(
        post,
        position=wanted.position,
        starts_at=start_of(wanted.valid_from) if wanted.valid_from else post.starts_at,
        ends_at=None if wanted.valid_to is None else end_of(wanted.valid_to),
    )


def _key(post: Post | WantedPost) -> tuple[str, str, tuple[Role, ...]]:
    return post.agency_code, post.commune_code, post.roles
