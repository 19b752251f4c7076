"""Conditions on employment records as SQL: every comparison on a column, within the agencies of who asks.

What a text contains is asked by replacing and comparing, so that no letter of a value is a wildcard and both engines
tell capital letters apart.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)

from idp.database import UtcTime
from idp.officials.query import (
    Compare,
    Condition,
    Every,
    Field,
    HoldsPost,
    No,
    Operator,
    Present,
    Query,
    Some,
)
from idp.officials.store.external_ids import external_ids
from idp.officials.store.table import all_officials, is_held, is_within, officials, posts

_COLUMNS: Mapping[Field, Column[Any]] = {
    Field.ID: officials.c.official_id,
    Field.EMPLOYEE_NUMBER: officials.c.number_fold,
    Field.STATUS: officials.c.status,
    Field.AGENCY: officials.c.agency_code,
    Field.CREATED: officials.c.created_at,
    Field.EXTERNAL_ID: external_ids.c.external_id,
    Field.POST_AGENCY: posts.c.agency_code,
    Field.POST_COMMUNE: posts.c.commune_code,
    Field.POST_POSITION: posts.c.position,
    Field.POST_ROLE: posts.c.roles,
}


def _starts(column: ColumnElement[Any], value: Any) -> ColumnElement[bool]:
    is_such: ColumnElement[bool] = func.substr(column, 1, len(value)) == value
    return is_such


def _ends(column: ColumnElement[Any], value: Any) -> ColumnElement[bool]:
    long_enough = func.length(column) >= len(value)
    return and_(long_enough, func.substr(column, func.length(column) - len(value) + 1) == value)


_COMPARE: Mapping[Operator, Callable[[ColumnElement[Any], Any], ColumnElement[bool]]] = {
    Operator.EQUALS: lambda column, value: column == value,
    Operator.CONTAINS: lambda column, value: func.replace(column, value, "") != column,
    Operator.STARTS: _starts,
    Operator.ENDS: _ends,
    Operator.OVER: lambda column, value: column > value,
    Operator.FROM: lambda column, value: column >= value,
    Operator.UNDER: lambda column, value: column < value,
    Operator.TO: lambda column, value: column <= value,
}


def found(query: Query) -> Select[Any]:
    """Return the records a query is about, in its order and within its limits."""
    then = officials.c.number_fold if query.order is Field.AGENCY else officials.c.official_id
    by = (_column(query.order, query), then)
    order = [column.desc() for column in by] if query.descending else by
    return all_officials.where(_where(query)).order_by(*order).offset(query.skip).limit(query.limit)


def counted(query: Query) -> Select[Any]:
    """Return how many there are in all."""
    return select(func.count()).select_from(officials).where(_where(query))


def _where(query: Query) -> ColumnElement[bool]:
    visible = and_(officials.c.removed_at.is_(None), is_within(officials.c.agency_code, literal(query.root)))
    return and_(visible, _sql(query.condition, query))


def _sql(condition: Condition, query: Query) -> ColumnElement[bool]:
    match condition:
        case Every(of=parts):
            return and_(true(), *(_sql(part, query) for part in parts))
        case Some(of=parts):
            return or_(false(), *(_sql(part, query) for part in parts))
        case No(of=part):
            return not_(_sql(part, query))
        case HoldsPost(of=part):
            return (
                select(literal(1))
                .select_from(posts)
                .where(
                    posts.c.official_id == officials.c.official_id,
                    is_within(posts.c.agency_code, literal(query.root)),
                    is_held(literal(query.now, UtcTime)),
                    _sql(part, query),
                )
                .correlate(officials)
                .exists()
            )
        case Compare(field=Field.EXTERNAL_ID, operator=operator, value=value):
            return _calls_it(query, _COMPARE[operator](external_ids.c.external_id, value))
        case Compare(field=Field.POST_ROLE, value=value):
            return func.replace(posts.c.roles, f" {value} ", "") != posts.c.roles
        case Compare(field=field, operator=operator, value=value):
            return _COMPARE[operator](_column(field, query), value)
        case Present(field=Field.EXTERNAL_ID):
            return _calls_it(query, true())
        case Present(field=field):
            return _COLUMNS[field] != "" if field in {Field.POST_COMMUNE, Field.POST_ROLE} else true()


def _column(field: Field, query: Query) -> ColumnElement[Any]:
    return _changed(query) if field is Field.CHANGED else _COLUMNS[field]


def _changed(query: Query) -> ColumnElement[Any]:
    """Return when a record was changed as far as who asks sees it: itself, or a post in their agencies."""
    latest = (
        select(func.max(posts.c.changed_at))
        .where(
            posts.c.official_id == officials.c.official_id,
            is_within(posts.c.agency_code, literal(query.root)),
        )
        .correlate(officials)
        .scalar_subquery()
    )
    own = officials.c.updated_at
    return case((latest > own, latest), else_=own)


def _calls_it(query: Query, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that whoever asks has a name of its own for the record, and it is such."""
    return (
        select(literal(1))
        .select_from(external_ids)
        .where(
            external_ids.c.client_id == query.client_id,
            external_ids.c.official_id == officials.c.official_id,
            condition,
        )
        .correlate(officials)
        .exists()
    )
