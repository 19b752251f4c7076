"""Joining, moving, leaving, putting right: each in one transaction with its event, and with what ends by it."""

from collections.abc import Sequence
from dataclasses import fields, replace

from idp.audit.events import AuditEvent, EventType
from idp.database import Done, Refused
from idp.days import end_of
from idp.ids import OfficialId
from idp.officials.model import Official, OfficialStatus, Post, RecordRefused, WantedPost, WantedRecord
from idp.officials.rules import PostPlan, check_count, check_record, plan_posts, starts_at
from idp.officials.service.ending import Ended, end_grants, end_idle_sessions, end_posts
from idp.officials.service.hand import GONE, NUMBER_TAKEN, Hand, agencies_of
from idp.officials.service.holding import hold
from idp.officials.service.linking import check_number, is_another, linked
from idp.sessions.service import tell_of_ended
from idp.transaction import Tx


def join(tx: Tx, record: WantedRecord, hand: Hand) -> Done[Official] | Refused:
    """Make an employment record with its posts."""
    try:
        record = check_record(record, root=hand.root)
        hand.check_roles(record.posts)
        _check_agencies(tx, record.agency_code, record.posts)
    except RecordRefused as error:
        return _refused(tx, error, hand)
    official_id = hand.occasion.clock.official_id()
    official = Official(
        official_id=official_id,
        employee_number=record.employee_number,
        agency_code=record.agency_code,
        profile=record.profile,
        posts=_begun(official_id, record.posts, hand),
        created_at=hand.now,
        updated_at=hand.now,
    )
    official = linked(tx, official, record.personal_id or "")
    if not tx.officials.add(official):
        return Refused(NUMBER_TAKEN)
    tx.audit.add(_joined(official, hand))
    return Done(official)


def restate(
    tx: Tx, official_id: OfficialId, record: WantedRecord, hand: Hand, *, back: bool = True
) -> Done[Official] | Refused:
    """Make a record what HR states: a joiner back, a mover, or something put right; the same again changes nothing.

    Not `back`: who left stays away, only what is written of them is put right.
    """
    official = _locked(tx, official_id, hand)
    if official is None:
        return Refused(GONE)
    try:
        record = check_record(record, root=hand.root)
        plan = plan_posts(
            [post for post in official.posts if hand.reaches(post.agency_code)], record.posts, now=hand.now
        )
        hand.check_roles((*plan.begun, *plan.changed))
        check_count(official.posts, plan)
        _check_agencies(tx, record.agency_code, plan.begun)
        check_number(tx, official, record.personal_id or "", _going_on(official, plan, hand), hand)
    except RecordRefused as error:
        return _refused(tx, error, hand, official)
    after = replace(
        official,
        employee_number=record.employee_number,
        agency_code=record.agency_code,
        profile=record.profile,
        status=OfficialStatus.ACTIVE if back else official.status,
    )
    if record.personal_id is not None:
        after = linked(tx, after, record.personal_id)
    if after == official and plan.is_empty:
        return Done(official)
    number = tx.officials.find_by_number(after.employee_number)
    if number is not None and number.official_id != official_id:
        return Refused(NUMBER_TAKEN)
    # posts tell themselves when they were changed: not everybody who sees the record sees them
    is_told = _is_stated_anew(tx, official, after, record.personal_id or "")
    tx.officials.update(replace(after, updated_at=hand.now) if is_told else after)
    ended, begun = _carry_out(tx, official, plan, hand)
    grants = [*ended.grants]
    if after.person_id != official.person_id:  # what somebody else held here ends
        grants += end_grants(tx, official.posts, hand, reason="another person's record")
    for person_id in sorted({one for one in (official.person_id, after.person_id) if one}):
        end_idle_sessions(tx, person_id, hand, reason="no post any more")
    tell_of_ended(tx, grants, occasion=hand.occasion)
    tx.audit.add(_changed(official, after, ended.posts, begun, hand))
    return Done(_known(tx.officials.get(official_id)))


def move(
    tx: Tx, official_id: OfficialId, *, ended: Sequence[Post], begun: Sequence[WantedPost], hand: Hand
) -> Done[Official] | Refused:
    """End some posts and begin others; all the rest of the record stays."""
    official = _locked(tx, official_id, hand)
    if official is None:
        return Refused(GONE)
    gone = {post.post_id for post in ended}
    kept = [
        post
        for post in official.posts
        if hand.reaches(post.agency_code) and not post.is_over(hand.now) and post.post_id not in gone
    ]
    posts = (*map(_as_wanted, kept), *begun)
    return restate(tx, official_id, replace(stated(official), posts=posts), hand)


def leave(
    tx: Tx, official_id: OfficialId, *, reason: str, hand: Hand, remove: bool = False
) -> Done[Official] | Refused:
    """End the employment with every post, its grants, and the official sessions of who holds no other post.

    `remove`: HR sees the record no more, and its number is free for another.
    """
    official = _locked(tx, official_id, hand)
    if official is None:
        return Refused(GONE)
    if official.status is OfficialStatus.LEFT and not remove:
        return Done(official)
    tx.officials.update(replace(official, status=OfficialStatus.LEFT, awaited_id="", updated_at=hand.now))
    if remove:
        tx.officials.remove(official_id, hand.now)
    ended = end_posts(tx, [post for post in official.posts if post.closed_at is None], hand, reason=reason)
    if official.person_id is not None:
        end_idle_sessions(tx, official.person_id, hand, reason=reason)
    tell_of_ended(tx, ended.grants, occasion=hand.occasion)
    tx.audit.add(
        hand.event(
            EventType.OFFICIAL_REMOVED if remove else EventType.OFFICIAL_LEFT,
            official,
            agency=official.agency_code,
            reason=reason,
            ended=agencies_of(ended.posts),
        )
    )
    return Done(_known(tx.officials.get(official_id)))


def stated(official: Official) -> WantedRecord:
    """Return a record as HR would state it anew."""
    return WantedRecord(
        employee_number=official.employee_number,
        agency_code=official.agency_code,
        profile=official.profile,
        posts=tuple(map(_as_wanted, official.posts)),
    )


def _refused(tx: Tx, error: RecordRefused, hand: Hand, official: Official | None = None) -> Refused:
    """Refuse; that somebody reached beyond their agencies stays on record (DESIGN 5.9)."""
    if error.is_beyond:
        event = hand.occasion.event(
            EventType.OFFICIAL_REFUSED,
            actor=hand.actor,
            official_id="" if official is None else official.official_id,
            member=error.member,
        )
        tx.audit.add(event)
    return Refused(error)


def _check_agencies(tx: Tx, employer: str, begun: Sequence[WantedPost]) -> None:
    """Refuse agencies that are not there; a post of before may have been in one that ended."""
    named = {"agency": {employer}, "posts.agency": {post.agency_code for post in begun}}
    for member, codes in named.items():
        for code in sorted(codes):
            agency = tx.agencies.get(code)
            is_history = member == "posts.agency" and all(
                post.valid_to is not None for post in begun if post.agency_code == code
            )
            if agency is None or (agency.ended_at is not None and not is_history):
                raise RecordRefused(member, "no such agency")


def _locked(tx: Tx, official_id: OfficialId, hand: Hand) -> Official | None:
    """Return a record to change, if it is this hand's to see."""
    official = hold(tx, official_id)
    return official if official is not None and hand.sees(official) else None


def _is_stated_anew(tx: Tx, before: Official, after: Official, personal_id: str) -> bool:
    """Tell whether the record says another thing: that the number's person is known now, or no more, HR is not told."""
    unlinked = replace(
        after, person_id=before.person_id, record_id=before.record_id, awaited_id=before.awaited_id
    )
    return unlinked != before or bool(personal_id and is_another(tx, before, personal_id))


def _going_on(official: Official, plan: PostPlan, hand: Hand) -> list[Post]:
    """Return the posts that a plan lets go on."""
    ended = {post.post_id for post in plan.ended}
    return [post for post in official.posts if not post.is_over(hand.now) and post.post_id not in ended]


def _as_wanted(post: Post) -> WantedPost:
    return WantedPost(
        agency_code=post.agency_code,
        commune_code=post.commune_code,
        position=post.position,
        roles=post.roles,
        valid_from=post.valid_from,
        valid_to=post.valid_to,
    )


def _begun(official_id: OfficialId, wanted: Sequence[WantedPost], hand: Hand) -> tuple[Post, ...]:
    posts = []
    for one in wanted:
        end = None if one.valid_to is None else end_of(one.valid_to)
        is_over = end is not None and end <= hand.now
        post = Post(
            post_id=hand.occasion.clock.post_id(),
            official_id=official_id,
            agency_code=one.agency_code,
            commune_code=one.commune_code,
            position=one.position,
            roles=one.roles,
            starts_at=starts_at(one, hand.now),
            ends_at=end,
            closed_at=hand.now if is_over else None,
            changed_at=hand.now,
        )
        posts.append(post)
    return tuple(sorted(posts, key=lambda post: (post.starts_at, post.post_id)))


def _carry_out(tx: Tx, official: Official, plan: PostPlan, hand: Hand) -> tuple[Ended, Sequence[Post]]:
    """Write a plan; return what ended and the posts that began."""
    for post in plan.changed:
        tx.officials.correct_post(post, now=hand.now)
        if post.ends_at is not None:
            tx.grants.cut_of_context(post.post_id, post.ends_at)
    past = [post for post in plan.changed if post.is_over(hand.now)]
    ended = end_posts(tx, [*plan.ended, *past], hand, reason="moved")
    to_come = [post for post in plan.changed if post.starts_at > hand.now]
    grants = [*ended.grants, *end_grants(tx, to_come, hand, reason="it is still to begin")]
    begun = _begun(official.official_id, plan.begun, hand)
    tx.officials.add_posts(begun)
    return replace(ended, grants=grants), begun


def _joined(official: Official, hand: Hand) -> AuditEvent:
    return hand.event(
        EventType.OFFICIAL_JOINED,
        official,
        agency=official.agency_code,
        posts=agencies_of(official.posts),
    )


def _changed(
    before: Official, after: Official, ended: Sequence[Post], begun: Sequence[Post], hand: Hand
) -> AuditEvent:
    """Return the one event of a change: back, moved, or put right."""
    if before.status is OfficialStatus.LEFT:
        return _joined(replace(after, posts=tuple(begun)), hand)
    if ended or begun:
        return hand.event(
            EventType.OFFICIAL_MOVED,
            after,
            ended=agencies_of(ended),
            begun=agencies_of(begun),
        )
    names = [one.name for one in fields(Official) if getattr(before, one.name) != getattr(after, one.name)]
    return hand.event(EventType.OFFICIAL_CORRECTED, after, fields=names or ["posts"])


def _known(official: Official | None) -> Official:
    if official is None:
        raise LookupError("a locked record is there")
    return official
