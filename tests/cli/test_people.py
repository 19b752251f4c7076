"""`hpid people`, `consents`, `sessions`: look up with masked numbers, lock, withdraw, end – and each in the record."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from idp.audit.events import EventType
from idp.credentials.model import MOST_TRIES
from idp.credentials.reservation import Reserved
from idp.database import Done
from idp.messages.model import Channel
from idp.people.contacts import PendingCode, code_material, counter_of
from idp.people.model import IdentifierScheme, Person
from idp.transaction import Tx
from tests.cli.conftest import Office
from tests.server import ServedWorld
from tests.world import Visitor

pytestmark = pytest.mark.network
_NUMBER = "031184000047"
_NOBODY = "6f1f7c1e-0000-4000-8000-000000000000"


async def _names(world: ServedWorld, person: Person) -> None:
    def add(tx: Tx) -> Done[None]:
        now = world.time()
        tx.people.add_identifier(person.person_id, IdentifierScheme.PERSONAL_ID, _NUMBER, now=now)
        tx.people.add_identifier(person.person_id, IdentifierScheme.USERNAME, "huong.nt", now=now)
        return Done(None)

    await world.write(add)


async def _about(world: ServedWorld, person: Person, event_type: EventType) -> list[tuple[str, object]]:
    """Return who did it and why, for each event of a type about a person."""

    def read(tx: Tx) -> Done[list[tuple[str, object]]]:
        while tx.audit.number(500):
            pass
        found = tx.audit.read(-1, 10_000, event_type=event_type, subject_ref=f"person:{person.person_id}")
        return Done([(record.event.actor, record.event.payload.get("reason")) for record in found])

    return list(await world.write(read))


async def test_people_are_found_and_their_numbers_are_masked(office: Office, world: ServedWorld) -> None:
    other = await world.person()
    profile = replace(other.profile, full_name="Trần Thị Hạnh", family_name="Trần", personal_id=_NUMBER)
    person = await world.person(profile=profile)
    await _names(world, person)
    for asked in ((_NUMBER,), ("--username", "huong.nt"), ("tran thi h", "--born", "1984")):
        ran = await office.installation.run("people", "find", *asked, "--reason", "desk", "--json")
        (row,) = ran.json["people"]
        assert row["person_id"] == person.person_id
        assert row["number"].endswith("047")
        assert _NUMBER not in ran.out
    looked = await _about(world, person, EventType.PEOPLE_SEARCHED)
    assert [why for _, why in looked] == ["desk"] * 3
    assert all(actor.startswith("operator:") for actor, _ in looked)
    find = ("people", "find", "--reason", "desk")
    assert "••• 047" in (await office.installation.run(*find, _NUMBER)).out
    assert (await office.installation.run(*find, "--username", "nobody", "--json")).json["people"] == []
    refused = await office.installation.run(*find, "3118400000")
    assert refused.refusal == "a number is found whole: 12 digits, 9, or a phone's"
    assert (await office.installation.run("people", "find", _NUMBER)).status != 0, "without a reason"


async def test_a_person_is_locked_once_and_unlocked_once_with_a_reason(
    office: Office, world: ServedWorld
) -> None:
    person = await world.person()
    lock = ("people", "lock", person.person_id, "--reason", "letter 12")
    assert (await office.installation.run(*lock)).out == f"{person.person_id} is locked\n"
    assert (await office.installation.run(*lock)).refusal.startswith(f"{person.person_id} is locked already")
    unlock = ("people", "unlock", person.person_id, "--reason", "letter 13")
    assert (await office.installation.run(*unlock)).out == f"{person.person_id} is active\n"
    ((actor, reason),) = await _about(world, person, EventType.PERSON_LOCKED)
    assert actor.startswith("operator:")
    assert reason == "letter 12"
    assert [why for _, why in await _about(world, person, EventType.PERSON_UNLOCKED)] == ["letter 13"]
    nobody = await office.installation.run("people", "lock", _NOBODY, "--reason", "letter 14")
    assert nobody.refusal == f"no person {_NOBODY}"


async def test_a_number_is_changed_and_both_find_the_record_which_keeps_its_history(
    office: Office, world: ServedWorld
) -> None:
    other = await world.person()
    person = await world.person(profile=replace(other.profile, personal_id="031184000155"))
    change = ("people", "change-number", person.person_id, "--cause", "birth-year-corrected")
    new = (*change, "--reason", "letter 18", "--number", "031185000148")
    changed = await office.installation.run(*new)
    assert changed.out.startswith(f"{person.person_id} has a new number\n")
    assert (await office.installation.run(*new)).refusal == "not changed: this is their number already"
    for number in ("031184000155", "031185000148"):
        find = ("people", "find", number, "--reason", "duplicate", "--json")
        (row,) = (await office.installation.run(*find)).json["people"]
        assert (row["person_id"], row["number"]) == (person.person_id, "••• ••• ••• 148")
    listed = (await office.installation.run("people", "identifiers", person.person_id, "--json")).json
    assert [(row["value"], row["cause"]) for row in listed if row["scheme"] == "vn_personal_id"] == [
        ("••• ••• ••• 155", "birth-year-corrected"),
        ("••• ••• ••• 148", None),
    ]
    ((actor, reason),) = await _about(world, person, EventType.PERSON_NUMBER_CHANGED)
    assert (actor.startswith("operator:"), reason) == (True, "letter 18")


async def test_a_password_that_others_know_is_marked_once_with_a_reason(
    office: Office, world: ServedWorld
) -> None:  # SP 800-63B-4 §3.1.1.2
    person, _ = await world.citizen("known.to.others")
    await world.signed_in(world.browser(), person.person_id)
    mark = ("people", "mark-compromised", person.person_id, "--reason", "case 9")
    marked = await office.installation.run(*mark)
    assert marked.out == f"the password of {person.person_id} opens nothing more; sessions ended: 1\n"
    assert await world.provider.database.read(lambda tx: tx.sessions.of_person(person.person_id)) == ()
    again = await office.installation.run(*mark)
    assert again.refusal == f"{person.person_id} has no password that is not marked already"
    nobody = await office.installation.run(*mark[:2], _NOBODY, *mark[3:])
    assert nobody.refusal == f"no person {_NOBODY}"
    ((actor, reason),) = await _about(world, person, EventType.CREDENTIAL_COMPROMISED)
    assert actor.startswith("operator:")
    assert reason == "case 9"


async def test_a_factor_that_rests_is_released_once_with_a_reason(office: Office, world: ServedWorld) -> None:
    person = await world.person()

    def name(tx: Tx) -> Done[None]:
        tx.people.add_identifier(person.person_id, IdentifierScheme.USERNAME, "mai.tt", now=world.time())
        return Done(None)

    await world.write(name)
    release = ("people", "release", person.person_id, "--reason", "came to the desk, request 15")
    none = await office.installation.run(*release)
    assert none.refusal == f"{person.person_id} has no failures to forget"

    def fail(tx: Tx) -> Done[None]:
        for hours in range(MOST_TRIES):
            tx.attempts.reserve(person.person_id, world.time() - timedelta(hours=MOST_TRIES - hours))
        return Done(None)

    await world.write(fail)
    find = ("people", "find", "--username", "mai.tt", "--reason", "desk", "--json")
    (row,) = (await office.installation.run(*find)).json["people"]
    assert (row["failures"], row["tries"], row["rests"]) == (MOST_TRIES, MOST_TRIES, True)
    unlock = await office.installation.run("people", "unlock", person.person_id, "--reason", "letter 16")
    assert "hpid people release" in unlock.refusal, "an operator who looks there is shown the way"
    released = await office.installation.run(*release)
    assert released.out == f"{person.person_id} may try again; failures forgotten: {MOST_TRIES}\n"
    (row,) = (await office.installation.run(*find)).json["people"]
    assert (row["failures"], row["rests"]) == (0, False)
    again = await world.write(lambda tx: Done(tx.attempts.reserve(person.person_id, world.time())))
    assert again == Reserved(failures=1)
    ((actor, reason),) = await _about(world, person, EventType.CREDENTIAL_RELEASED)
    assert actor.startswith("operator:")
    assert reason == "came to the desk, request 15"
    nobody = await office.installation.run("people", "release", _NOBODY, "--reason", "letter 17")
    assert nobody.refusal == f"no person {_NOBODY}"


async def test_codes_to_a_contact_that_rest_are_released_with_the_others(
    office: Office, world: ServedWorld
) -> None:
    """They are counted apart, and nothing but this lets them be tried again: no code is bound anew."""
    person = await world.person()
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    now = world.time()

    def fail(tx: Tx) -> Done[None]:
        tx.people.add_identifier(person.person_id, IdentifierScheme.USERNAME, "thu.pt", now=now)
        for hours in range(MOST_TRIES):
            tx.attempts.reserve(counter_of(person.person_id), now - timedelta(hours=MOST_TRIES - hours))
        waiting = PendingCode(
            channel=Channel.EMAIL,
            address="thu@example.vn",
            replaces="",
            language="vi",
            digest=b"",
            tries=0,
            expires_at=now + timedelta(hours=1),
        )
        digest = world.provider.vault.digest(code_material(person.person_id, waiting, "314159"))
        tx.contacts.put_code(person.person_id, replace(waiting, digest=digest))
        return Done(None)

    await world.write(fail)
    find = ("people", "find", "--username", "thu.pt", "--reason", "desk", "--json")
    (row,) = (await office.installation.run(*find)).json["people"]
    assert (row["failures"], row["rests"]) == (MOST_TRIES, True)
    page = await browser.get("/account/contacts/code?c=email")
    refused = await browser.press(page, "submit", otp="314159")
    assert "error" in refused.ids, "unseen, though it is right"
    release = ("people", "release", person.person_id, "--reason", "came to the desk, request 21")
    released = await office.installation.run(*release)
    assert released.out == f"{person.person_id} may try again; failures forgotten: {MOST_TRIES}\n"
    (row,) = (await office.installation.run(*find)).json["people"]
    assert (row["failures"], row["tries"], row["rests"]) == (0, 0, False)
    added = await browser.press(refused, "submit", otp="314159")
    assert "notice" in added.ids
    held = await world.provider.database.read(lambda tx: tx.contacts.of_person(person.person_id))
    assert [one.address for one in held] == ["thu@example.vn"]


async def test_consents_are_listed_and_withdrawn_once(office: Office, world: ServedWorld) -> None:
    visitor: Visitor = await world.visitor(office.rp)
    key = visitor.person.person_id
    rows = (await office.installation.run("consents", "list", key, "--json")).json
    assert {row["client_id"] for row in rows} == {office.rp.client_id}
    assert all(row["granted"] and row["withdrawn_at"] is None for row in rows)
    looks = await world.records(EventType.PERSON_LOOKED_AT)
    assert [one.payload["what"] for one in looks if one.subject_ref == f"person:{key}"] == ["consents"]
    page = await visitor.browser.get("/account/history?kind=looked")
    assert "Cán bộ đã xem thông tin trong hồ sơ" in page.response.text
    withdraw = ("consents", "withdraw", key, office.rp.client_id)
    assert (await office.installation.run(*withdraw)).out == (
        f"withdrawn: {len(rows) - 1}\ngoes by law, and may be objected to: profile\n"
    )
    rows = (await office.installation.run("consents", "list", key, "--json")).json
    assert {row["scope"] for row in rows if not row["withdrawn_at"]} == {"profile"}
    assert {row["basis"] for row in rows if row["withdrawn_at"]} == {"consent"}
    assert (await office.installation.run(*withdraw)).refusal == (
        f"{key} shares nothing with {office.rp.client_id} by consent: profile goes by law"
    )
    withdrawn = await _about(world, visitor.person, EventType.CONSENT_WITHDRAWN)
    assert len(withdrawn) == 1  # what changed nothing is not recorded


async def test_all_sessions_of_a_person_end(office: Office, world: ServedWorld) -> None:
    visitor = await world.visitor(office.rp)
    key = visitor.person.person_id
    await world.signed_in(world.browser(), key)
    ended = (await office.installation.run("sessions", "end", key, "--json")).json
    assert (ended["ended"], len(ended["logouts"])) == (2, 2)
    assert (await office.installation.run("sessions", "end", key, "--json")).json["ended"] == 0
    assert len(await _about(world, visitor.person, EventType.SESSION_ENDED)) == 2
    page = await visitor.browser.get(office.rp.authorize_url(prompt="none"))
    assert page.answer["error"] == "login_required"
    assert (await office.installation.run("sessions", "end", _NOBODY)).refusal == f"no person {_NOBODY}"


def test_json_is_whole_however_narrow_the_screen(office: Office) -> None:
    ran = office.installation.hpid("clients", "show", office.rp.client_id, "--json", COLUMNS="20")
    assert json.loads(ran.out)["client_id"] == office.rp.client_id
