"""What a form got wrong, told twice in the same words: summary on top, message at the field (PAGES §1.5).

Controllers name a problem by key; the words are the string `error_<key>` of the page's language.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One problem; `field` is the id of the input it belongs to, None if it is about the whole form."""

    key: str
    field: str | None = None
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ErrorSummary:
    """All problems of one submitted form, in the order of its fields; never empty."""

    items: tuple[FieldError, ...]

    def __post_init__(self) -> None:
        if not self.items:
            raise ValueError("a form without problems has no error summary")

    def at(self, name: str) -> tuple[FieldError, ...]:
        """Return the problems of one field."""
        return tuple(item for item in self.items if item.field == name)


def one_error(key: str, *, at: str | None = None, **params: object) -> ErrorSummary:
    """Return a summary of a single problem: `one_error("slowed", minutes=3)`."""
    return ErrorSummary((FieldError(key=key, field=at, params=params),))
