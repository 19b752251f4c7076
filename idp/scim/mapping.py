"""An official as a user of SCIM, and back. Pure."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any

from scim2_models import Meta, Reference

from idp.officials.model import (
    AgencyRole,
    OfficialProfile,
    OfficialStatus,
    Post,
    RecordRefused,
    WantedPost,
    WantedRecord,
)
from idp.officials.model import Official as Record
from idp.officials.roles import Role
from idp.officials.stated import read_agency, read_day, read_roles
from idp.organisations.model import is_within
from idp.scim.access import Caller
from idp.scim.resources import (
    Email,
    Enterprise,
    FullUser,
    Group,
    GroupOfUser,
    Member,
    Name,
    Official,
    PostOfUser,
)

_ROLES: Mapping[str, Role] = {role.value: role for role in Role}
_LONGEST_EXTERNAL_ID = 200
_UserReference: Any = Reference.__class_getitem__("User")
_GroupReference: Any = Reference.__class_getitem__("Group")


def version_of(record: Record, *, caller: Caller, external_id: str) -> str:
    """Return the ETag: of what who asks is told, so that nothing of other agencies moves it (RFC 7644 §3.14).

    Weak, since attributes may be left out. A post that begins or ends by its day is another version too.
    """
    shown = _shown(record, caller)
    told = [
        [record.official_id, record.employee_number, record.agency_code, record.status.value, external_id],
        asdict(record.profile),
        [[post.post_id, post.position, str(post.valid_from), str(post.valid_to)] for post in shown],
        [group.value for group in _groups(shown, caller)],
    ]
    digest = sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).digest()
    return f'W/"{urlsafe_b64encode(digest[:15]).decode()}"'


def user_of(record: Record, *, caller: Caller, external_id: str = "") -> Any:
    """Return a record as its HR system sees it."""
    profile = record.profile
    shown = _shown(record, caller)
    name = Name(
        family_name=profile.family_name or None,
        middle_name=profile.middle_name or None,
        given_name=profile.given_name or None,
    )
    user = FullUser(
        id=record.official_id,
        external_id=external_id or None,
        user_name=record.employee_number,
        name=name if any(_parts(profile)) else None,
        display_name=profile.full_name or None,
        active=record.status is OfficialStatus.ACTIVE,
        emails=[_email(profile)] if profile.email else None,
        groups=_groups(shown, caller) or None,
        meta=Meta(
            resource_type="User",
            created=record.created_at,
            last_modified=_changed_at(record, caller),
            location=f"{caller.base}/Users/{record.official_id}",
            version=version_of(record, caller=caller, external_id=external_id),
        ),
    )
    user[Enterprise] = Enterprise(employee_number=record.employee_number, department=record.agency_code)
    user[Official] = Official(personal_id=None, posts=[_post_of(post) for post in shown] or None)
    return user


def record_of(user: Any) -> WantedRecord:
    """Return what a user states, or refuse the attribute that can't be read."""
    enterprise, official = user[Enterprise], user[Official]
    emails = user.emails or []
    if len(emails) > 1:
        raise RecordRefused("email", "one address, at work")
    name = user.name or Name()
    return WantedRecord(
        employee_number=user.user_name or "",
        agency_code=read_agency("agency", (enterprise.department if enterprise else None) or ""),
        profile=OfficialProfile(
            full_name=user.display_name or "",
            family_name=name.family_name or "",
            middle_name=name.middle_name or "",
            given_name=name.given_name or "",
            email=(emails[0].value or "") if emails else "",
            email_type=(emails[0].type or "") if emails else "",
            email_is_primary=emails[0].primary if emails else None,
        ),
        personal_id=official.personal_id if official else None,
        posts=tuple(_wanted(post) for post in (official.posts if official else None) or ()),
    )


def external_id_of(user: Any) -> str:
    """Return what the HR system calls the record."""
    external_id: str = user.external_id or ""
    if len(external_id) > _LONGEST_EXTERNAL_ID or not external_id.isprintable():
        raise RecordRefused("externalId", f"at most {_LONGEST_EXTERNAL_ID} printable characters")
    return external_id


def group_id(group: AgencyRole) -> str:
    """Return the id of a group: `H24.08~leader`."""
    return f"{group.agency_code}~{group.role}"


def group_of_id(text: str) -> AgencyRole | None:
    """Return the agency and role of a group's id."""
    agency, _, role = text.partition("~")
    return AgencyRole(agency_code=agency, role=_ROLES[role]) if agency and role in _ROLES else None


def group_of(group: AgencyRole, *, base: str, members: tuple[str, ...] | None = None) -> Group:
    """Return a group, with its members if they were asked for."""
    return Group(
        id=group_id(group),
        display_name=f"{group.agency_code} {group.role}",
        members=None
        if members is None
        else [Member(value=one, ref=_UserReference(f"{base}/Users/{one}")) for one in members],
        meta=Meta(resource_type="Group", location=f"{base}/Groups/{group_id(group)}"),
    )


def _shown(record: Record, caller: Caller) -> list[Post]:
    """Return the posts that who asks sees."""
    held = (post for post in record.posts if not post.is_over(caller.now))
    return [post for post in held if is_within(post.agency_code, caller.root)]


def _changed_at(record: Record, caller: Caller) -> datetime:
    """Return when that was changed which who asks sees, a post of theirs that has ended too."""
    theirs = (post.changed_at for post in record.posts if is_within(post.agency_code, caller.root))
    return max((record.updated_at, *(at for at in theirs if at is not None)))


def _parts(profile: OfficialProfile) -> tuple[str, str, str]:
    return profile.family_name, profile.middle_name, profile.given_name


def _email(profile: OfficialProfile) -> Email:
    return Email(value=profile.email, type=profile.email_type or None, primary=profile.email_is_primary)


def _groups(shown: list[Post], caller: Caller) -> list[GroupOfUser]:
    held = dict.fromkeys(
        AgencyRole(agency_code=post.agency_code, role=role)
        for post in shown
        if post.is_live(caller.now)
        for role in post.roles
    )
    return [
        GroupOfUser(
            value=group_id(group),
            ref=_GroupReference(f"{caller.base}/Groups/{group_id(group)}"),
            display=f"{group.agency_code} {group.role}",
        )
        for group in held
    ]


def _post_of(post: Post) -> PostOfUser:
    return PostOfUser(
        agency=post.agency_code,
        commune=post.commune_code or None,
        position=post.position,
        roles=[role.value for role in post.roles] or None,
        valid_from=post.valid_from.isoformat(),
        valid_to=None if post.valid_to is None else post.valid_to.isoformat(),
    )


def _wanted(post: PostOfUser) -> WantedPost:
    return WantedPost(
        agency_code=read_agency("posts.agency", post.agency or ""),
        commune_code=post.commune or "",
        position=post.position or "",
        roles=read_roles("posts.roles", post.roles or ()),
        valid_from=read_day("posts.validFrom", post.valid_from),
        valid_to=read_day("posts.validTo", post.valid_to),
    )
