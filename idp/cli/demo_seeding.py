"""Putting the demo city in: whoever and whatever is there already is left as it is.

Of people those are kept whom the city would know: who reached level 02, and children, and people under care, without an
account of their own for whom one of those acts. Nothing of it has events of its own; agencies and credentials have.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from demo.city import City, generate, personas
from demo.city import Person as CityPerson
from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.cli.context import operator
from idp.cli.demo_batches import batches
from idp.cli.demo_mandates import Known, as_mandates, wards_of
from idp.cli.demo_officials import seed_officials
from idp.cli.demo_organisations import organisation_ids, seed_organisations
from idp.cli.demo_people import FoundBy, also_found_by, as_person, has_record, is_only_a_ward
from idp.credentials.model import PasswordCredential, TotpCredential
from idp.database import Done
from idp.ids import PersonId
from idp.mandates.model import FirmAppointment, Mandate
from idp.people.model import IdentifierScheme, Person
from idp.protocol.assurance import Acr
from idp.provider import Provider
from idp.transaction import Tx

Hashed = tuple[str, tuple[PasswordCredential, TotpCredential]]
"""A user name and what goes with it."""


async def seed_city(provider: Provider, happening: Occasion) -> tuple[int, int, int, int]:
    """Return how many people, organisations, agencies and officials were added."""
    city = generate("demo")
    kept = _kept_of(city)
    people = {one.key: as_person(one, happening.now) for one in kept}
    also = {people[one.key].person_id: also_found_by(one) for one in kept}
    added = 0
    for batch in batches(people.values()):
        added += (await provider.database.transact(partial(_add_people, batch=batch, more=also))).unwrap()
    await add_credentials(provider, await hash_credentials(provider, people, happening), happening)
    organisations, agencies = await seed_organisations(provider, city, happening)
    ids = {key: person.person_id for key, person in people.items()}
    known = Known(people=ids, organisations=organisation_ids(city))
    appointments, mandates = as_mandates(city, known, happening.now)
    for some in batches(appointments):
        (await provider.database.transact(partial(_add_appointments, batch=some))).unwrap()
    for more in batches(mandates):
        (await provider.database.transact(partial(_add_mandates, batch=more))).unwrap()
    return added, organisations, agencies, await seed_officials(provider, city, happening)


def _kept_of(city: City) -> list[CityPerson]:
    wards = wards_of(city, {person.key for person in city.people if has_record(person)})
    return [person for person in city.people if has_record(person) or is_only_a_ward(person, wards)]


async def hash_credentials(
    provider: Provider, people: Mapping[str, Person], happening: Occasion
) -> list[Hashed]:
    """Return the city credentials of the personas who have them, ready to be put in."""
    hashed = []
    for persona in personas.load():
        if persona.city is None or persona.slug not in people:
            continue
        person_id = people[persona.slug].person_id
        password_hash = await provider.hashing.hash(persona.city.password)
        credentials = (
            PasswordCredential(person_id=person_id, password_hash=password_hash, changed_at=happening.now),
            TotpCredential(
                person_id=person_id,
                secret=persona.city.totp_secret,
                last_step=0,
                confirmed=True,
                bound_acr=Acr.SUBSTANTIAL,
            ),
        )
        hashed.append((persona.city.username, credentials))
    return hashed


async def add_credentials(provider: Provider, hashed: Iterable[Hashed], happening: Occasion) -> None:
    """Put credentials in, where they are not there."""
    for username, credentials in hashed:
        add = partial(_add_credentials, username=username, credentials=credentials, happening=happening)
        (await provider.database.transact(add)).unwrap()


def _add_people(
    tx: Tx, *, batch: Sequence[Person], more: Mapping[PersonId, tuple[FoundBy, ...]]
) -> Done[int]:
    missing = [person for person in batch if tx.people.get(person.person_id) is None]
    tx.people.add_many(missing)
    for person in missing:
        for one in more[person.person_id]:
            tx.people.add_identifier(
                person.person_id,
                one.scheme,
                one.value,
                now=one.valid_to or person.created_at,
                valid_to=one.valid_to,
                cause=one.cause,
            )
    return Done(len(missing))


def _add_credentials(
    tx: Tx, *, username: str, credentials: tuple[PasswordCredential, TotpCredential], happening: Occasion
) -> Done[None]:
    password, totp = credentials
    if tx.passwords.get(password.person_id) is None:
        tx.people.add_identifier(password.person_id, IdentifierScheme.USERNAME, username, now=happening.now)
        tx.passwords.put(password)
        tx.totp.put(totp)
        for kind in ("password", "totp"):
            event, person_id = EventType.CREDENTIAL_SET, password.person_id
            tx.audit.add(happening.event(event, actor=operator(), person_id=person_id, kind=kind))
    return Done(None)


def _add_appointments(tx: Tx, *, batch: Sequence[FirmAppointment]) -> Done[None]:
    for one in batch:
        if tx.mandate_firms.get(one.appointment_id) is None:
            tx.mandate_firms.add(one)
    return Done(None)


def _add_mandates(tx: Tx, *, batch: Sequence[Mandate]) -> Done[None]:
    tx.mandates.add([one for one in batch if tx.mandates.get(one.mandate_id) is None])
    return Done(None)
