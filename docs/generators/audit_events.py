"""The page of every audit event, from `idp/audit/events.py`."""

from docs.generators.texts import table, texts_under_fields
from idp.audit.events import EventType

PATH = "docs/reference/audit-events.md"
_INTRODUCTION = (
    "The closed vocabulary of the audit log. Every event also carries its id, time, actor, subject and `txn`,"
    " the reference that error answers and the log show."
)


def page() -> str:
    """Return the page."""
    texts = texts_under_fields(EventType)
    rows = []
    for event in EventType:
        meaning, _, payload = texts[event.name].partition(" Payload: ")
        rows.append((f"`{event.value}`", meaning, payload.rstrip(".")))
    return "\n\n".join(
        [
            "# Audit events",
            _INTRODUCTION,
            table(("event", "recorded when", "payload"), rows),
        ]
    )
