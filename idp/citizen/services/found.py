"""The services of a person, from what they were told and agreed to and what is granted."""

from dataclasses import dataclass
from datetime import datetime

from idp.consents.model import ConsentRecord
from idp.ids import ClientId, PersonId
from idp.reports.services import Use, used_by
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is known of one service of a person."""

    client_id: ClientId
    records: tuple[ConsentRecord, ...]
    use: Use | None

    @property
    def is_connected(self) -> bool:
        """Tell whether the service may get something: it was granted, or what it may have was not withdrawn."""
        return self._is_agreed or (self.use is not None and self.use.is_live)

    @property
    def is_withdrawn(self) -> bool:
        """Tell whether all that was agreed to was taken back."""
        return not self._is_agreed and any(one.withdrawn_at is not None for one in self.records)

    @property
    def _is_agreed(self) -> bool:
        return any(one.granted and one.withdrawn_at is None for one in self.records)


def load(tx: Tx, *, person_id: PersonId, now: datetime) -> tuple[Found, ...]:
    """Return every service that the person was told of, agreed to or uses."""
    records: dict[ClientId, list[ConsentRecord]] = {}
    for one in tx.consents.of_person(person_id):
        records.setdefault(one.client_id, []).append(one)
    uses = used_by(tx.connection, person_id, now)
    return tuple(
        Found(client_id=one, records=tuple(records.get(one, ())), use=uses.get(one))
        for one in sorted({*records, *uses})
    )
