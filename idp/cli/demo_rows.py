"""Records of the demo city as sealed rows, batch by batch: what `hpid demo load` puts in (adr/0040).

Everybody is in it, as the population register would state them, children and the dead too. Its history is that of
identifiers, addresses, mandates and posts; nobody has signed in yet. All ids and times come of size and seed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from demo.city import Mandate as CityMandate
from demo.city import Official as CityOfficial
from demo.city import Organisation as CityOrganisation
from demo.city import Person as CityPerson
from demo.city.agencies import commune_agency_code
from demo.city.cast import the_cast
from demo.city.communes import communes
from demo.city.numbers import uuid_of
from idp.cli.demo_mandates import Firms, Known, as_archive, as_mandate
from idp.cli.demo_officials import as_official
from idp.cli.demo_organisations import as_organisation
from idp.cli.demo_person_rows import PersonRows
from idp.database.loading import Rows, new_rows
from idp.ids import OrganisationId, PersonId
from idp.mandates.model import FirmAppointment, Mandate
from idp.mandates.store.firms import firm_row
from idp.mandates.store.mandates import mandate_row
from idp.officials.store.officials import official_row
from idp.officials.store.posts import post_row
from idp.organisations.store.organisations import organisation_row
from keys.envelope import Vault

Kept = CityPerson | CityOrganisation | CityMandate | CityOfficial | Mandate
"""What has rows; a mandate of ours is one that follows from others."""
IdT = TypeVar("IdT", bound=str)


class RowMaker:
    """Makes the rows of one city; it is shown every record, those too whose rows are there already."""

    def __init__(self, vault: Vault, seed: int, moment: datetime) -> None:
        self._vault = vault
        self._seed = seed
        self._moment = moment
        self._person_rows = PersonRows(vault, seed, moment)
        self._communes = {commune_agency_code(code): code for code in communes()}
        cast = the_cast()
        people = {one.key: PersonId(str(one.uuid)) for one in cast.people}
        organisations = {one.key: OrganisationId(str(one.uuid)) for one in cast.organisations}
        self._ids = _Ids(people, lambda key: PersonId(str(uuid_of(seed, key))))
        self.known = Known(
            people=self._ids,
            organisations=_Ids(organisations, lambda key: OrganisationId(str(uuid_of(seed, key)))),
        )
        self.firms = Firms()

    def note(self, record: Kept) -> None:
        """Take notice of a record without making its rows."""
        if isinstance(record, CityMandate) and record.principal_kind == "organisation":
            self._mandate(record)

    def official_id(self, record: CityOfficial) -> str:
        """Return the id of an employment record."""
        return uuid_of(self._seed, f"{record.key}/0").hex

    def rows(self, records: Sequence[Kept]) -> Rows:
        """Return the rows of these records by table."""
        people = {PersonId(str(one.uuid)): one for one in records if isinstance(one, CityPerson)}
        self._ids.remember({one.key: person_id for person_id, one in people.items()})
        rows = dict(self._person_rows.of(people)) if people else {}
        others: dict[str, list[dict[str, object]]] = defaultdict(list)
        for record in records:
            for table, row in self._of(record):
                others[table].append(row)
        return rows | {table: new_rows(table, some) for table, some in others.items()}

    def _of(self, record: Kept) -> Iterator[tuple[str, dict[str, object]]]:
        match record:
            case CityOrganisation():
                one = as_organisation(record, self.known.organisations, self._moment)
                yield "organisations", organisation_row(self._vault, one)
            case CityOfficial():
                yield from self._of_official(record)
            case Mandate():
                yield "mandates", mandate_row(self._vault, record)
            case CityMandate():
                mandate, appointment = self._mandate(record)
                if appointment is not None:
                    yield "mandate_firms", firm_row(appointment)
                held = () if mandate is None else (mandate, as_archive(mandate))
                yield from (("mandates", mandate_row(self._vault, one)) for one in held if one is not None)

    def _mandate(self, record: CityMandate) -> tuple[Mandate, FirmAppointment | None] | tuple[None, None]:
        found = as_mandate(record, self.known, self._moment)
        if found[0] is not None:
            self.firms.note(found[0])
        return found

    def _of_official(self, record: CityOfficial) -> Iterator[tuple[str, dict[str, object]]]:
        ids = (uuid_of(self._seed, f"{record.key}/{number}").hex for number in range(len(record.posts) + 1))
        person_id = self.known.people[record.person]
        one = as_official(record, self._communes, ids=ids, person_id=person_id, now=self._moment)
        yield "officials", official_row(self._vault, one)
        for post in one.posts:
            yield "official_posts", post_row(post)


class _Ids(Mapping[str, IdT]):
    """Ids by keys: those of the personas as they are, everybody else's as they are drawn."""

    def __init__(self, given: Mapping[str, IdT], drawn: Callable[[str], IdT]) -> None:
        self._given = given
        self._drawn = lru_cache(maxsize=4096)(drawn)
        self._latest: Mapping[str, IdT] = {}
        self._before: Mapping[str, IdT] = {}

    def remember(self, latest: Mapping[str, IdT]) -> None:
        """Have these at hand, and those of the time before: powers within a family come soon after its people."""
        self._before, self._latest = self._latest, latest

    def __getitem__(self, key: str) -> IdT:
        return self._latest.get(key) or self._before.get(key) or self._given.get(key) or self._drawn(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)
