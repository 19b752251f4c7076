"""A paper, and what was done with a person's papers."""

from dataclasses import dataclass

from demo.apps.common.words import Words

ADDED, READ = "added", "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """A paper as a service brings it; `reference` is its number there."""

    reference: str
    kind: str
    title: Words
    issuer: Words
    details: tuple[tuple[Words, Words], ...]
    issued_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A paper as it is kept."""

    document_id: str
    client_id: str
    added_at: float
    is_sample: bool
    content: NewDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A service added a paper or read the list."""

    client_id: str
    what: str
    at: float
