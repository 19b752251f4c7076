"""Rows of the people of a large city, a batch at a time, straight from what was drawn.

They are the rows that the stores make of the same people one by one, and a test compares them. Made here because half a
million people are three million rows: none of them goes through records and checks that its values, drawn in normal
form, don't need.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from json import JSONEncoder
from operator import itemgetter

from demo.city import Address as CityAddress
from demo.city import Person as CityPerson
from demo.city.moves import earlier_address
from idp.cli.demo_people import also_found_by, as_address, as_person, birthdate_of, stated, status_of
from idp.database import Sealed, metadata
from idp.database.columns import stored_time
from idp.database.loading import NewRows, new_rows
from idp.days import start_of
from idp.ids import PersonId, bucket_of
from idp.name_fold import fold
from idp.people.identifiers import OF_ONE_PERSON, normal_form
from idp.people.model import IdentifierScheme, PersonProfile
from idp.people.rows import address_text, profile_text
from idp.people.store.addresses import address_row
from keys.envelope import Vault

_COLUMNS = {
    "people": (
        *("bucket", "person_id", "name_fold", "birth_year", "commune_code", "account_level", "status"),
        *("status_reason", "roles", "profile", "synthetic", "created_at", "updated_at", "canonical_id"),
    ),
    "person_identifiers": (
        *("bucket", "person_id", "scheme", "lookup", "holder", "value", "valid_from", "valid_to", "cause"),
    ),
    "person_addresses": ("bucket", "person_id", "recorded_at", "valid_from", "valid_to", "address"),
}
_ORDER = itemgetter(1)
"""By person, which is by bucket too: rows of one page together save writing it twice."""
_Held = tuple[PersonId, str, int | None, int | None, str]
"""Who holds an identifier, which, from when and until when, why it was replaced."""

_quoted = JSONEncoder(ensure_ascii=False).encode
_fold_of_word = lru_cache(maxsize=8192)(fold)


class PersonRows:
    """Makes them for one city, all put in at one moment."""

    def __init__(self, vault: Vault, seed: int, moment: datetime) -> None:
        self._vault = vault
        self._seed = seed
        self._moment = moment
        self._now = stored_time(moment)
        self._origins = lru_cache(self._origins_of)
        self._since = lru_cache(maxsize=16_384)(self._since_day)
        self._home: tuple[CityAddress | None, str] = (None, "")

    def of(self, people: Mapping[PersonId, CityPerson]) -> Iterator[tuple[str, NewRows]]:
        """Return rows by table, each table's in the order of its keys."""
        homes = [self._home_text(one.address) for one in people.values()]
        for table, rows in (
            ("people", self._people(people, homes)),
            ("person_identifiers", self._identifiers(people)),
            ("person_addresses", self._addresses(people, homes)),
        ):
            rows.sort(key=_ORDER)
            yield table, NewRows(_COLUMNS[table], rows)

    def _people(
        self, people: Mapping[PersonId, CityPerson], homes: Sequence[str]
    ) -> list[tuple[object, ...]]:
        texts = [self._profile(one, home) for one, home in zip(people.values(), homes, strict=True)]
        sealed = self._vault.seal_texts(texts, purpose=_purpose("people", "profile"))
        now = self._now
        return [
            (
                bucket_of(person_id),
                person_id,
                " ".join([_fold_of_word(word) for word in one.full_name.split()]),
                one.birth_year,
                "" if len(one.address.candidates) > 1 else one.address.ward_code,
                one.account_level,
                status_of(one).value,
                one.lock_reason or "",
                "[]",
                profile,
                True,
                now,
                now,
                None,
            )
            for (person_id, one), profile in zip(people.items(), sealed, strict=True)
        ]

    def _profile(self, one: CityPerson, home: str) -> str:
        """Return what idp/people/rows.py writes of the profile: names in order, without what is empty."""
        is_citizen = one.nationality == "VNM"
        email, phone = one.email, one.phone
        return "".join(
            (
                f'{{"address":{home},"birthdate":"{birthdate_of(one)}"',
                f',"email":{_quoted(email)}' if email else "",
                f',"family_name":{_quoted(one.family_name)}' if one.family_name else "",
                "" if is_citizen else f',"foreigner_id":{_quoted(one.personal_id)}',
                f',"full_name":{_quoted(one.full_name)},"gender":"{one.sex}"',
                f',"given_name":{_quoted(one.given_name)}' if one.given_name else "",
                f',"middle_name":{_quoted(one.middle_name)}' if one.middle_name else "",
                f',"nationality":"{one.nationality}","origins":{self._origins(one.account_level)}',
                f',"personal_id":{_quoted(one.personal_id)}' if is_citizen else "",
                f',"phone":{_quoted(phone)},"phone_verified":true}}' if phone else "}",
            )
        )

    def _origins_of(self, level: int) -> str:
        """Return who stated what of everybody of a level, as the store writes it."""
        kept = profile_text(PersonProfile(full_name="", origins=stated(level, self._moment)))
        return kept.partition('"origins":')[2].removesuffix("}")

    def _home_text(self, address: CityAddress) -> str:
        """Return the address as text; a household's is one object."""
        if self._home[0] is not address:
            self._home = address, address_text(as_address(address))
        return self._home[1]

    def _identifiers(self, people: Mapping[PersonId, CityPerson]) -> list[tuple[object, ...]]:
        by_scheme: dict[IdentifierScheme, list[_Held]] = {scheme: [] for scheme in IdentifierScheme}
        numbers, foreign = by_scheme[IdentifierScheme.PERSONAL_ID], by_scheme[IdentifierScheme.FOREIGNER_ID]
        phones = by_scheme[IdentifierScheme.PHONE]
        now = self._now
        for person_id, one in people.items():
            of = numbers if one.nationality == "VNM" else foreign
            of.append((person_id, one.personal_id, now, None, ""))
            if one.phone:
                phones.append((person_id, one.phone, now, None, ""))
            if one.cmnd9 or one.passport or one.earlier_ids:
                for more in also_found_by(one):
                    until = None if more.valid_to is None else stored_time(more.valid_to)
                    value = normal_form(more.scheme, more.value)
                    by_scheme[more.scheme].append((person_id, value, until or now, until, more.cause))
        return [row for scheme, held in by_scheme.items() if held for row in self._held(scheme, held)]

    def _held(self, scheme: IdentifierScheme, held: Sequence[_Held]) -> Iterator[tuple[object, ...]]:
        purpose = _purpose("person_identifiers", "value").format(scheme=scheme.value)
        values = [value for _, value, _, _, _ in held]
        sealed = self._vault.seal_texts(values, purpose=purpose)
        lookups = self._vault.lookup_each(values, purpose=purpose)
        name, is_of_one = scheme.value, scheme in OF_ONE_PERSON
        for (person_id, _, since, until, cause), lookup, value in zip(held, lookups, sealed, strict=True):
            holder = "" if is_of_one else person_id
            yield bucket_of(person_id), person_id, name, lookup, holder, value, since, until, cause

    def _addresses(
        self, people: Mapping[PersonId, CityPerson], homes: Sequence[str]
    ) -> list[tuple[object, ...]]:
        sealed = self._vault.seal_texts(homes, purpose=_purpose("person_addresses", "address"))
        rows: list[tuple[object, ...]] = []
        before = []
        for (person_id, one), home in zip(people.items(), sealed, strict=True):
            since = self._since(one.address.valid_from)
            rows.append((bucket_of(person_id), person_id, self._now, since, None, home))
            left = earlier_address(one, self._seed)
            if left is not None:
                row = address_row(
                    self._vault,
                    as_person(one, self._moment),
                    as_address(left),
                    recorded_at=start_of(left.valid_from),
                )
                before.append(row | {"valid_to": start_of(one.address.valid_from)})
        return [*rows, *new_rows("person_addresses", before).values]

    def _since_day(self, day: date) -> int:
        return stored_time(min(start_of(day), self._moment))


def _purpose(table: str, column: str) -> str:
    kind = metadata.tables[table].c[column].type
    if not isinstance(kind, Sealed):
        raise TypeError(f"{table}.{column} is not sealed")
    return kind.purpose
