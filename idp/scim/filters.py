"""A filter – RFC 7644 §3.4.2.2 – as a condition on what lies in the clear. Pure.

Only what may be told may be asked: personalId never, names and e-mail addresses not, because they are sealed at rest.
Length and depth are bounded before anything is parsed.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from scim2_models import InvalidFilterException
from scim2_models.path import (
    AttrPath,
    CompareOperator,
    Comparison,
    FilterNode,
    LogicalExpr,
    LogicalOperator,
    Not,
    ValuePath,
)
from scim2_models.path import Present as PresentNode

from idp.officials.model import OfficialStatus
from idp.officials.query import (
    Compare,
    Condition,
    Every,
    Field,
    GroupQuery,
    HoldsPost,
    No,
    Operator,
    Present,
    Some,
)
from idp.scim.mapping import group_of_id
from idp.scim.resources import CORE, ENTERPRISE, GROUP, OFFICIAL

LONGEST = 1_000
_MOST_BRACKETS = 20
_TEXT = frozenset({Operator.EQUALS, Operator.CONTAINS, Operator.STARTS, Operator.ENDS})
_EXACT = frozenset({Operator.EQUALS})
_ORDER = frozenset({Operator.EQUALS, Operator.OVER, Operator.FROM, Operator.UNDER, Operator.TO})

_POSTS: Mapping[str, Field] = {
    "agency": Field.POST_AGENCY,
    "commune": Field.POST_COMMUNE,
    "position": Field.POST_POSITION,
    "roles": Field.POST_ROLE,
}
_OPERATORS: Mapping[Field, frozenset[Operator]] = {
    Field.ID: _EXACT,
    Field.EMPLOYEE_NUMBER: _TEXT,
    Field.EXTERNAL_ID: _EXACT,
    Field.AGENCY: frozenset({Operator.EQUALS, Operator.STARTS}),
    Field.CREATED: _ORDER,
    Field.CHANGED: _ORDER,
    Field.POST_AGENCY: frozenset({Operator.EQUALS, Operator.STARTS}),
    Field.POST_COMMUNE: _EXACT,
    Field.POST_POSITION: _TEXT,
    Field.POST_ROLE: _EXACT,
}
_USER: Mapping[tuple[str, str], Field] = {
    (CORE, "id"): Field.ID,
    (CORE, "username"): Field.EMPLOYEE_NUMBER,
    (ENTERPRISE, "employeenumber"): Field.EMPLOYEE_NUMBER,
    (CORE, "externalid"): Field.EXTERNAL_ID,
    (ENTERPRISE, "department"): Field.AGENCY,
    (CORE, "meta.created"): Field.CREATED,
    (CORE, "meta.lastmodified"): Field.CHANGED,
}
SORTS: Mapping[tuple[str, str], Field] = {
    at: field for at, field in _USER.items() if field is not Field.EXTERNAL_ID
}


def is_too_long(text: str) -> bool:
    """Tell whether a filter or path is longer or deeper than what is parsed here."""
    return len(text) > LONGEST or text.count("(") + text.count("[") > _MOST_BRACKETS


def check_length(text: str) -> str:
    """Return a filter that is short enough to be parsed, or refuse it."""
    if is_too_long(text):
        raise InvalidFilterException(detail=f"at most {LONGEST} characters and {_MOST_BRACKETS} brackets")
    return text


def condition_of(node: FilterNode) -> Condition:
    """Return what a filter asks of users."""
    match node:
        case LogicalExpr(op=LogicalOperator.and_, terms=terms):
            return Every(of=tuple(map(condition_of, terms)))
        case LogicalExpr(terms=terms):
            return Some(of=tuple(map(condition_of, terms)))
        case Not(expr=inner):
            return No(of=condition_of(inner))
        case ValuePath(attr_path=path, val_filter=inner) if named(path) == (OFFICIAL, "posts"):
            return HoldsPost(of=_post_condition(inner))
        case PresentNode(attr_path=path):
            return _present(path)
        case Comparison(attr_path=path, op=CompareOperator.ne, value=value):
            return No(of=_comparison(path, Operator.EQUALS, value))
        case Comparison(attr_path=path, op=op, value=value):
            return _comparison(path, Operator(op.value), value)
        case _:
            raise _unsupported(str(node))


def named(path: AttrPath) -> tuple[str, str]:
    """Return which schema an attribute is of, and its name without regard to case (RFC 7643 §2.1)."""
    schema = next(
        (one for one in (CORE, ENTERPRISE, OFFICIAL) if one.lower() == (path.uri or "").lower()), None
    )
    name = path.attr.lower() + (f".{path.sub_attr.lower()}" if path.sub_attr else "")
    if path.uri is None:
        schema = CORE
    return schema or path.uri or "", name


def _present(path: AttrPath) -> Condition:
    schema, name = named(path)
    if (schema, name) in _USER:
        return Present(field=_USER[schema, name])
    if (schema, name) == (CORE, "active"):
        return Every()
    if (schema, name) in {(CORE, "groups"), (CORE, "groups.value")}:
        return HoldsPost(of=Present(field=Field.POST_ROLE))
    if (schema, name) == (OFFICIAL, "posts"):
        return HoldsPost(of=Every())
    if schema == OFFICIAL and name.removeprefix("posts.") in _POSTS:
        return HoldsPost(of=Present(field=_POSTS[name.removeprefix("posts.")]))
    raise _unsupported(str(path))


def _comparison(path: AttrPath, operator: Operator, value: Any) -> Condition:
    schema, name = named(path)
    if (schema, name) in _USER:
        return _compare(path, _USER[schema, name], operator, value)
    if (schema, name) == (CORE, "active") and operator is Operator.EQUALS and isinstance(value, bool):
        status = OfficialStatus.ACTIVE if value else OfficialStatus.LEFT
        return Compare(field=Field.STATUS, operator=operator, value=status.value)
    if (schema, name) == (CORE, "meta.resourcetype") and operator is Operator.EQUALS:
        return Every() if value == "User" else Some()
    if (schema, name) in {(CORE, "groups"), (CORE, "groups.value")} and operator is Operator.EQUALS:
        return _in_group(str(value))
    if schema == OFFICIAL and name.startswith("posts."):
        return HoldsPost(of=_compare(path, _post_field(path, name), operator, value))
    raise _unsupported(str(path))


def _post_condition(node: FilterNode) -> Condition:
    """Return what the filter between the brackets of `posts[…]` asks of one post."""
    match node:
        case LogicalExpr(op=LogicalOperator.and_, terms=terms):
            return Every(of=tuple(map(_post_condition, terms)))
        case LogicalExpr(terms=terms):
            return Some(of=tuple(map(_post_condition, terms)))
        case Not(expr=inner):
            return No(of=_post_condition(inner))
        case PresentNode(attr_path=path):
            return Present(field=_post_field(path, f"posts.{path.attr.lower()}"))
        case Comparison(attr_path=path, op=CompareOperator.ne, value=value):
            field = _post_field(path, f"posts.{path.attr.lower()}")
            return No(of=_compare(path, field, Operator.EQUALS, value))
        case Comparison(attr_path=path, op=op, value=value):
            field = _post_field(path, f"posts.{path.attr.lower()}")
            return _compare(path, field, Operator(op.value), value)
        case _:
            raise _unsupported(str(node))


def _post_field(path: AttrPath, name: str) -> Field:
    field = _POSTS.get(name.removeprefix("posts."))
    if field is None:
        raise _unsupported(str(path))
    return field


def _in_group(text: str) -> Condition:
    group = group_of_id(text)
    if group is None:
        return Some()
    agency = Compare(field=Field.POST_AGENCY, operator=Operator.EQUALS, value=group.agency_code)
    role = Compare(field=Field.POST_ROLE, operator=Operator.EQUALS, value=group.role.value)
    return HoldsPost(of=Every(of=(agency, role)))


_FORMS: Mapping[Field, Callable[[str], str]] = {Field.EMPLOYEE_NUMBER: str.casefold}
"""How a value is stored where that is not as it is written."""


def _compare(path: AttrPath, field: Field, operator: Operator, value: Any) -> Condition:
    if operator not in _OPERATORS[field]:
        raise _unsupported(f"{path} {operator}")
    if field in {Field.CREATED, Field.CHANGED}:
        return Compare(field=field, operator=operator, value=_moment(path, value))
    if not isinstance(value, str) or not value or not value.isprintable():
        raise InvalidFilterException(detail=f"{path} is compared to a printable text")
    return Compare(field=field, operator=operator, value=_FORMS.get(field, str)(value))


def _moment(path: AttrPath, value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise InvalidFilterException(detail=f"{path} is compared to a dateTime") from None
    if moment.tzinfo is None:
        raise InvalidFilterException(detail=f"{path} is compared to a dateTime with a time zone")
    return moment


def group_query(node: FilterNode | None, *, root: str, now: datetime) -> GroupQuery:
    """Return what a filter asks of groups: one comparison, of id, displayName or members."""
    if node is None:
        return GroupQuery(root=root, now=now)
    if not isinstance(node, Comparison) or (node.attr_path.uri or GROUP).lower() != GROUP.lower():
        raise _unsupported(str(node))
    if isinstance(node.value, str) and not node.value.isprintable():
        raise InvalidFilterException(detail=f"{node.attr_path} is compared to a printable text")
    _, name = named(AttrPath(node.attr_path.attr, node.attr_path.sub_attr))
    match name, node.op, node.value:
        case "id", CompareOperator.eq, str(value):
            group = group_of_id(value)
            agency, role = (group.agency_code, group.role.value) if group else ("none", "none")
            return GroupQuery(root=root, now=now, agency=agency, role=role)
        case "displayname", CompareOperator.eq, str(value):
            agency, _, role = value.partition(" ")
            return GroupQuery(root=root, now=now, agency=agency or "none", role=role or "none")
        case "displayname", CompareOperator.sw, str(value):
            return GroupQuery(root=root, now=now, prefix=value)
        case "members" | "members.value", CompareOperator.eq, str(value):
            return GroupQuery(root=root, now=now, member=value or "none")
        case _:
            raise _unsupported(str(node))


def _unsupported(what: str) -> InvalidFilterException:
    return InvalidFilterException(detail=f"{what[:100]}: can't be asked for here")
