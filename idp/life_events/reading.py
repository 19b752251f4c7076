"""What the population register says of one person, as words of its feed: those that would change what is kept. Pure.

A reading closes and puts right; it opens nothing. That a death or a lock was taken back only the feed says, and what the
account's level is the sign-in says.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from idp.life_events.facts import NAMES, Facts
from idp.life_events.model import LifeEventType, LifeState
from idp.people.model import Person

CLOCKS_APART = timedelta(seconds=60)
"""A reading counts as entered so long before it was made: what the register entered meanwhile, by its own clock, must
come after it. What the feed brings of that minute says the same once more."""
_KEPT_AS = {"name": "full_name"}


def words_of(said: Facts, person: Person, state: LifeState) -> Iterator[tuple[LifeEventType, Facts]]:
    """Return types and facts, a death first."""
    if said.get("status") == "dead":
        yield LifeEventType.DIED, {"died_on": said.get("died_on")}
    if said.get("status") == "locked":
        yield LifeEventType.LOCKED, {}
    card = said.get("card")
    if isinstance(card, Mapping) and not _is_kept(card, state):
        yield LifeEventType.CARD, card
    residence = said.get("residence")
    if person.profile.foreigner_id and isinstance(residence, Mapping):
        until = residence.get("until")
        if (until or "") != state.residence_until:
            yield LifeEventType.RESIDENCE, {"until": until}
    corrected = dict(_corrected(said, person))
    if corrected:
        yield LifeEventType.CORRECTED, corrected


def _is_kept(card: Facts, state: LifeState) -> bool:
    kept = "" if state.card_status is None else state.card_status.value
    return (card.get("status"), card.get("expires_on") or "") == (kept, state.card_expires_on)


def _corrected(said: Facts, person: Person) -> Iterator[tuple[str, object]]:
    for name in (*NAMES, "gender", "birthdate"):
        kept = getattr(person.profile, _KEPT_AS.get(name, name))
        if said.get(name) and said[name] != kept:
            yield name, said[name]
