"""The page of what ends what, from the table that the code carries out (`idp/life_events/ends.py`)."""

from docs.generators.texts import table, texts_under_fields
from idp.life_events.ends import ENDS, Ends, Happening
from idp.life_events.model import Ground, LifeEventType

PATH = "docs/reference/life-events.md"
_INTRODUCTION = (
    "What happens to people and organisations outside the provider, and what it ends here. The first table is the one"
    " that the code carries out; what is not named goes on. Everything in a row ends in the transaction that changes what"
    " somebody is, and a service that a session reached is sent a logout token. What ended never comes back by itself."
)
_DAYS = (
    "A day is one of Việt Nam (UTC+7). A card or a residence is good through its last day. Who was born on 29 February"
    " reaches an age on 1 March. Of a birth date that is a year alone, nobody acts for them from the first day of"
    " the year in which they turn 18, and that they reached 14, 16 or 18 is told from the first day of the year after."
)
_MARKS = ("sessions", "sign_ins", "grants", "grants_for", "mandates_held", "mandates_for")


def page() -> str:
    """Return the page."""
    explained = texts_under_fields(Ends)
    rows = [
        (
            f"**{happening.value}**",
            *("ends" if getattr(ends, mark) else "–" for mark in _MARKS),
            "–" if ends.above is None else f"`{ends.above.name.lower()}`",
            ends.and_also or "–",
            ends.opened_by or "–",
        )
        for happening, ends in ENDS.items()
    ]
    head = (
        *("happening", "sessions", "sign-ins half way", "grants", "grants for them", "mandates held"),
        *("mandates for them", "falls to", "and also", "opened again by"),
    )
    grounds = texts_under_fields(Ground)
    words = texts_under_fields(LifeEventType)
    return "\n\n".join(
        [
            "# Life events",
            _INTRODUCTION,
            "## What ends what",
            table(head, rows),
            "\n".join(f"- **{name.replace('_', ' ')}**: {explained[name]}" for name in (*_MARKS, "above")),
            "## What each happening is",
            table(
                ("happening", "is"),
                [(one.value, texts_under_fields(Happening)[one.name]) for one in Happening],
            ),
            "## Grounds of a lock",
            "Each begins and ends by itself; the account opens when none is left.",
            table(("ground", "is"), [(f"`{one.value}`", grounds[one.name]) for one in Ground]),
            "## Words of the registers' feed",
            table(("type", "also"), [(f"`{one.value}`", words[one.name] or "–") for one in LifeEventType]),
            "## Days and years",
            _DAYS,
        ]
    )
