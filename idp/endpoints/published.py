"""What anybody may read and keep a while: bytes made once, an ETag, 304 for who has them – RFC 9110 §8.8.3, §13.1.2."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

from idp.edge import Answer, Call
from idp.edge.cors import VARY
from idp.provider import Provider
from idp.settings import Settings
from keys.standing import Standing

_MOST_KEPT = 8


@dataclass(frozen=True, slots=True)
class Published:
    """One document, ready to be sent."""

    full: Answer
    unchanged: Answer
    etag: str

    @classmethod
    def of(cls, content: Mapping[str, object], *, max_age: int) -> "Published":
        """Make the answers of a JSON document that may be kept for so many seconds."""
        answer = Answer.json(content, headers=())
        etag = f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
        kept = (("cache-control", f"public, max-age={max_age}"), ("etag", etag))
        headers = (*kept, VARY)  # without an origin too, or a cache gives that answer to who has one
        full = answer.with_headers(*headers)
        unchanged = Answer(status=304, headers=headers)
        return cls(full=full.prepared(), unchanged=unchanged.prepared(), etag=etag)

    def answer(self, call: Call) -> Answer:
        """Answer the document, or that the caller has it (weak comparison, §13.1.2)."""
        known = call.headers.get("if-none-match")
        if known is None:
            return self.full
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        return self.unchanged if self.etag in tags or "*" in tags else self.full


class Shelf:
    """The documents made last, by what they were made of."""

    def __init__(self, what: Callable[[Provider], Hashable], make: Callable[[Provider], Published]) -> None:
        """`what` says of a provider all that the document is made of, `make` makes it."""
        self._what = what
        self._make = make
        self._kept: OrderedDict[Hashable, Published] = OrderedDict()
        self._last: tuple[Settings, Standing, Published] | None = None

    def find(self, provider: Provider) -> Published:
        """Return the provider's document, made anew only if what it is made of has changed.

        Settings never change, and of how its keys stand a keyring gives the same object until they stand otherwise.
        """
        settings, standing = provider.settings, provider.keyring.stand()
        last = self._last
        if last is not None and last[0] is settings and last[1] is standing:
            return last[2]
        what = self._what(provider)
        found = self._kept.get(what)
        if found is None:
            found = self._kept[what] = self._make(provider)
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        self._last = (settings, standing, found)
        return found

    def full(self, provider: Provider) -> Answer:
        """Return the answer to who has no earlier one."""
        return self.find(provider).full
