"""What is served: users, who are officials, and groups, who hold one role in one agency – RFC 7643 §4, §6.

The schemas name what is kept and nothing else; what they do not name is refused. `userName` is the employee number, so
that there are not two numbers to drift apart. Names are what HR wrote, never what the person's own record says.
"""

from typing import Annotated, Any

from pydantic import Field
from scim2_models import (
    URN,
    CaseExact,
    ComplexAttribute,
    Extension,
    Mutability,
    Reference,
    Required,
    Resource,
    Returned,
    Uniqueness,
)

from idp.officials.roles import Role

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
OFFICIAL = "urn:haiphong:scim:schemas:2.0:Official"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
_ReadOnly = Annotated[str | None, Mutability.read_only]


class Name(ComplexAttribute):
    """The parts of a name, as HR writes it."""

    family_name: str | None = None
    """Họ."""
    middle_name: str | None = None
    """Chữ đệm."""
    given_name: str | None = None
    """Tên."""


class Email(ComplexAttribute):
    """The e-mail address at work."""

    value: Annotated[str | None, Required.true] = Field(None, examples=["trang.pham@haiphong.example"])
    """The address; sealed at rest, so it can't be searched."""
    type: str | None = Field(None, examples=["work"])
    """As HR writes it."""
    primary: bool | None = None
    """As HR writes it; there is one address."""


class GroupOfUser(ComplexAttribute):
    """A role held in an agency."""

    value: Annotated[str | None, Mutability.read_only, CaseExact.true] = None
    """The id of the group."""
    ref: Annotated[Reference["Group"] | None, Mutability.read_only] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """Where the group is."""
    display: _ReadOnly = None
    """Agency code and role."""


class User(Resource[Any]):
    """An official: an employment record."""

    __schema__ = URN(CORE)

    user_name: Annotated[str | None, Required.true, Uniqueness.server] = None
    """The employee number; 1 to 64 letters, digits, dots, hyphens, slashes, underscores."""
    name: Name | None = None
    """The name, as HR writes it."""
    display_name: str | None = None
    """The full name, as HR writes it."""
    active: Annotated[bool | None, Required.true] = None
    """Whether they are employed; must be said. False ends posts, grants and official sessions at once."""
    emails: list[Email] | None = None
    """One address, at work."""
    groups: Annotated[list[GroupOfUser] | None, Mutability.read_only] = None
    """What the posts held now give, in the agencies of who asks."""


class Enterprise(Extension):
    """The employer."""

    __schema__ = URN(ENTERPRISE)

    employee_number: Annotated[str | None, Mutability.read_only, Returned.request] = None
    """The same as userName."""
    department: Annotated[str | None, Required.true, CaseExact.true] = Field(None, examples=["H24.08"])
    """Code of the agency that employs them and keeps the record (QĐ 20/2020/QĐ-TTg)."""


class PostOfUser(ComplexAttribute):
    """A post: another agency, commune or set of roles is another post."""

    agency: Annotated[str | None, Required.true, CaseExact.true] = Field(None, examples=["H24.08"])
    """Code of the agency."""
    commune: Annotated[str | None, CaseExact.true] = Field(None, examples=["11383"])
    """Of a commune's agency: the commune's code."""
    position: Annotated[str | None, Required.true, CaseExact.true] = Field(None, examples=["Chuyên viên"])
    """What the post is called."""
    roles: list[str] | None = Field(None, examples=[role.value for role in Role])
    """What the post gives."""
    valid_from: Annotated[str | None, CaseExact.true] = Field(None, examples=["2025-07-01"])
    """First day in Việt Nam, YYYY-MM-DD; left out: today."""
    valid_to: Annotated[str | None, CaseExact.true] = Field(None, examples=["2030-12-31"])
    """Last day in Việt Nam, YYYY-MM-DD."""


class Official(Extension):
    """Posts, and who it is."""

    __schema__ = URN(OFFICIAL)

    personal_id: Annotated[str | None, Mutability.write_only, Returned.never, CaseExact.true] = Field(
        None, examples=["031194990032"]
    )
    """The 12-digit personal ID number, by which the record meets its person; taken, never told, never searched."""
    posts: list[PostOfUser] | None = None
    """Posts that are held or to come, in the agencies of who asks; those elsewhere are neither shown nor changed."""


class Member(ComplexAttribute):
    """An official who holds the role."""

    value: Annotated[str | None, Mutability.read_only, CaseExact.true] = None
    """The id of the user."""
    ref: Annotated[Reference["User"] | None, Mutability.read_only] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """Where the user is."""


class Group(Resource[Any]):
    """Everybody who holds one role in one agency; posts say it, so it can't be written."""

    __schema__ = URN(GROUP)

    display_name: Annotated[str | None, Mutability.read_only, Required.true] = None
    """Agency code and role."""
    members: Annotated[list[Member] | None, Mutability.read_only, Returned.request] = None
    """Who holds it; only if asked for by `attributes=members`."""


FullUser: Any = User.__class_getitem__(Annotated[Enterprise, Required.true] | Official)
"""A user with both extensions."""
