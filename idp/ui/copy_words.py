"""The copy of one's data as people read it: names in words, times and days in the reader's form (PAGES §3.1.20, §4.3).

The file keeps the stable names and UTC (docs/reference/data-copy.md); what has no words here is shown as it stands there.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping

from idp.days import VIETNAM_TIME

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}Z", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_WORDS: dict[str, tuple[str, ...]] = {
    "attribute": ("data_attribute",),
    "source": ("data_source", "copied_source"),
    "scheme": ("data_scheme",),
    "gender": ("data_gender",),
    "channel": ("data_attribute",),
    "right": ("data_right",),
    "state": ("data_state", "copied_state"),
    "basis": ("services_basis",),
    "scope": ("copied_scope", "claim"),
    "role": ("role",),
    "services": ("area",),
    "roles": ("office",),
    "client_id": ("copied_client",),
    "kind": ("history_factor", "copied_kind"),
    "factors": ("history_factor",),
    "event": ("event",),
    "said": ("not_me",),
    **{
        name: (f"copied_{name}",)
        for name in (
            *("status", "card_status", "side", "principal", "powers"),
            *("acr", "amr", "by", "realm", "language", "who"),
        )
    },
}
"""Of a member, where the words of its values stand: its strings begin like one of these."""


def copy_moment(value: object) -> dt.datetime | None:
    """Return the time a value says, in Việt Nam; None: it says none, or one beyond the calendar."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        return dt.datetime.fromisoformat(value).astimezone(VIETNAM_TIME)
    except (ValueError, OverflowError):
        return None


def copy_day(value: object) -> dt.date | None:
    """Return the day a value says, if it says one."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        return None


def copy_principal(mandate: Mapping[str, object]) -> Mapping[str, object]:
    """Return a mandate that says in one word for whom it is, where that is a person: the reader, their child, their ward.

    Whose name it is stays out, as in the file.
    """
    if mandate.get("principal") != "person":
        return mandate
    whom = "self" if mandate.get("side") == "given" else mandate.get("role")
    return {**mandate, "principal": whom} if whom in {"self", "parent", "guardian"} else mandate


def copy_request(request: Mapping[str, object]) -> Mapping[str, object]:
    """Return a request that says so where it is to close the account, and what it means that it was taken back."""
    if request.get("right") != "delete" or request.get("client_id") is not None:
        return request
    state = "kept" if request.get("state") == "withdrawn" else request.get("state")
    return {**request, "right": "close", "state": state}


def copy_word(name: str, value: object, has: Callable[[str], bool]) -> str | None:
    """Return the string that says a member's value in words, if there is one (`has`)."""
    ending = re.sub(r"[^a-z0-9]+", "_", str(value).rpartition("acr:")[2].lower())
    keys = (f"{beginning}_{ending}" for beginning in _WORDS.get(name, ()))
    return next((key for key in keys if has(key)), None)
