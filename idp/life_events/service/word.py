"""One event being applied to whom it is about, and whether it has the last word on a fact."""

from dataclasses import dataclass

from idp.audit.occasion import Occasion
from idp.life_events.model import LifeEvent
from idp.people.model import Origin, Source
from idp.transaction import Tx

_LEVEL_02 = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """An event, its subject as words name it, and who applies it when."""

    tx: Tx
    event: LifeEvent
    subject: str
    actor: str
    occasion: Occasion

    @property
    def reason(self) -> str:
        """Return how the record refers to the event."""
        return f"register event {self.event.event_id}"

    @property
    def origin(self) -> Origin:
        """Return the origin of what the population register states: as sure as anything can be."""
        return Origin(source=Source.REGISTER, level=_LEVEL_02, at=self.event.entered_at)

    def is_last(self, fact: str) -> bool:
        """Take the last word on a fact; False if a later event has it, and then this one changes nothing."""
        event = self.event
        return self.tx.life_words.speak(self.subject, fact, event.entered_at, event.event_id)
