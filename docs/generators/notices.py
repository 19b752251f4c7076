"""The page of every notice that people get by mail and SMS, from `idp/messages/model/notices.py`."""

from docs.generators.texts import table, texts_under_fields
from idp.messages.model.notices import FACTS, Notice

PATH = "docs/reference/notices.md"
_INTRODUCTION = (
    "What people are told of by mail and SMS: a closed vocabulary. A notice is a row of the outbox, committed with the"
    " act it tells of; it holds neither text nor address."
)


def page() -> str:
    """Return the page."""
    meanings = texts_under_fields(Notice)
    rows = [
        (f"`{one.value}`", meanings[one.name], ", ".join(f"`{name}`" for name in sorted(FACTS[one])))
        for one in Notice
    ]
    return "\n\n".join(["# Notices", _INTRODUCTION, table(("notice", "told when", "facts"), rows)])
