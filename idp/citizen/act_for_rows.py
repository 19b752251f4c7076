"""The choices of `/act-for` as rows: whom, as what, until when, or why not just now (PAGES 3.1.6). Pure.

Never shown: a household business's number (its owner's ID number), a ward's birth date, anybody else's powers.
"""

from idp.days import last_day
from idp.name_fold import fold
from idp.protocol.acting import ContextKind
from idp.protocol.context import Choice, Obstacle
from idp.ui.formatting import date as day_text
from idp.ui.language import Language
from idp.ui.rows import ActForRow

NEEDS_SEARCH = 8
"""More choices than this get a search box."""
MOST_SHOWN = 50
_GROUPS = {
    ContextKind.PERSON: "act_group_family",
    ContextKind.WARD: "act_group_family",
    ContextKind.ORGANISATION: "act_group_organisations",
    ContextKind.OFFICIAL: "act_group_posts",
    ContextKind.ARCHIVE: "act_group_archives",
}
_TITLES = {ContextKind.PERSON: "act_self", ContextKind.WARD: "act_child"}
_ICONS = {
    ContextKind.PERSON: "user",
    ContextKind.WARD: "child",
    ContextKind.ORGANISATION: "building",
    ContextKind.OFFICIAL: "id",
    ContextKind.ARCHIVE: "clock",
}
_ROLES = {
    "representative": "act_role_representative",
    "parent": "act_role_parent",
    "guardian": "act_role_guardian",
    "archive": "act_role_archive",
}


def group_of(choice: Choice) -> str:
    """Return the legend a choice stands under."""
    return _GROUPS[choice.kind]


def matches(choice: Choice, search: str) -> bool:
    """Tell whether a choice is found by part of its name, however it is spelled, or by the beginning of its tax code."""
    if not search:
        return True
    code = choice.organisation.identifier if choice.organisation else ""
    return fold(search) in fold(choice.name) or (search.isdecimal() and code.startswith(search))


def row_of(choice: Choice, language: Language) -> ActForRow:
    """Return the row of a choice."""
    mandate = choice.mandate
    is_household = choice.organisation is not None and choice.organisation.is_household
    role = "" if mandate is None else _ROLES.get(mandate.role, "act_role_authorised")
    if is_household and mandate is not None and mandate.role == "representative":
        role = "act_role_owner"
    ends_at = choice.ends_at
    return ActForRow(
        choice_id=choice.choice_id,
        title_key=_title(choice),
        name=choice.name,
        age=choice.age,
        tax_code=choice.organisation.identifier if choice.organisation else "",
        role_key=role,
        areas=tuple(f"area_{area.replace('-', '_')}" for area in mandate.services) if mandate else (),
        until=None
        if ends_at is None or choice.kind is ContextKind.WARD
        else day_text(last_day(ends_at), language),
        position=choice.post.position if choice.post else "",
        off_key=None if choice.obstacle is None else _off(choice.obstacle),
        off_day=None if choice.obstacle_day is None else day_text(choice.obstacle_day, language),
        icon="shop" if is_household else _ICONS[choice.kind],
    )


def _title(choice: Choice) -> str | None:
    if choice.kind is ContextKind.WARD and choice.mandate is not None and choice.mandate.role == "guardian":
        return "act_ward"
    return _TITLES.get(choice.kind)


def _off(obstacle: Obstacle) -> str:
    return f"obstacle_{obstacle.value}"
