"""Who signs in waits for whoever changes the account and holds nothing that one waits for: no circle, nothing run twice.

PostgreSQL, READ COMMITTED. The person's row comes before counter, code and key (SECURITY B10).
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pyotp
import pytest

from idp.citizen import otp, recovery_code
from idp.citizen.codes import entering
from idp.citizen.local_proof import SigningIn
from idp.citizen.local_session import begin
from idp.citizen.passkeys import sign_in as passkey
from idp.credentials.challenge import Ceremony, Challenge
from idp.credentials.passkey import Asserted
from idp.credentials.service import put_to_sleep, set_password, set_recovery_codes
from idp.credentials.sign_in_code import SignInCode, code_material
from idp.database import Done, Refused
from idp.interactions.model import PasswordProof
from idp.limits.model import Limit
from idp.messages.model import Channel
from idp.messages.model.notices import Factor
from idp.people.contacts import Contact
from idp.people.model import Person
from idp.protocol.facts import Realm
from idp.transaction import Tx
from tests.stores.circles import Act, run_beside
from tests.stores.passkey_samples import make_passkey
from tests.world import TOTP_SECRET, World

HERE, CODE, MAIL = "interaction", "123456", "hop-thu@example.vn"
RECOVERY_CODE = "ABCDEFGH12345678"


def sent_code(world: World, person: Person) -> SignInCode:
    material = code_material(HERE, Channel.EMAIL, MAIL, CODE)
    return SignInCode(
        interaction_id=HERE,
        person_id=person.person_id,
        account=person.person_id,
        channel=Channel.EMAIL,
        address=MAIL,
        digest=world.provider.vault.digest(material),
        tries=0,
        expires_at=world.time() + timedelta(minutes=10),
    )


@pytest.fixture
async def alice(world: World) -> Person:
    """Who has proved her password in an interaction, and whose mailbox has a code for it."""
    person, _ = await world.citizen("alice", password_hash="$argon2id$none")
    now, person_id = world.time(), person.person_id
    until = now + timedelta(minutes=10)
    opens = now - timedelta(days=2)

    def arrange(tx: Tx) -> Done[None] | Refused:
        tx.interactions.prove_password(
            PasswordProof(interaction_id=HERE, person_id=person_id, proved_at=now, expires_at=until)
        )
        tx.contacts.add(
            person_id,
            Contact(
                contact_id="mail",
                channel=Channel.EMAIL,
                address=MAIL,
                language="vi",
                verified_at=opens,
                signs_in_since=opens,
            ),
        )
        tx.sign_in_codes.put(sent_code(world, person))
        tx.passkeys.add(make_passkey(person_id))
        done = set_recovery_codes(tx, person_id, [RECOVERY_CODE], occasion=world.occasion)
        tx.attempts.reserve(person_id, now)  # a failure of before: else there is no row to wait for
        return done

    await world.write(arrange)
    return person


def by_authenticator(world: World, _alice: Person) -> Act:
    code = pyotp.TOTP(TOTP_SECRET).at(world.time())
    return partial(otp._settle, interaction_id=HERE, code=code, occasion=world.occasion)


def by_recovery_code(world: World, _alice: Person) -> Act:
    return partial(recovery_code._settle, interaction_id=HERE, code=RECOVERY_CODE, occasion=world.occasion)


def by_trying_a_code(world: World, _alice: Person) -> Act:
    return partial(
        entering._try,
        interaction_id=HERE,
        typed=CODE,
        counter=(Limit.SIGN_IN, "192.0.2.1"),
        vault=world.provider.vault,
        occasion=world.occasion,
    )


def by_sent_code(world: World, alice: Person) -> Act:
    return partial(entering._spend, right=sent_code(world, alice), occasion=world.occasion)


def by_passkey(world: World, alice: Person) -> Act:
    challenge = Challenge(
        value=b"c" * 32,
        ceremony=Ceremony.SIGN_IN,
        place=HERE,
        asked_at=world.time(),
        requires_verification=True,
    )
    answered = passkey._Answered(
        challenge=challenge,
        passkey=make_passkey(alice.person_id),
        proved=Asserted(sign_count=0, is_verified=True, is_backed_up=False),
    )
    return partial(passkey._settle, answered=answered, occasion=world.occasion)


def sets_a_password(world: World, alice: Person, tx: Tx) -> Any:
    return set_password(
        tx, alice.person_id, "$argon2id$new", needs_second=False, keep="", occasion=world.occasion
    )


def ends_all_factors(world: World, alice: Person, tx: Tx) -> Any:
    factors = frozenset(Factor) - {Factor.NATIONAL, Factor.DESK}
    put_to_sleep(tx, alice.person_id, factors, reason="test", actor="test", occasion=world.occasion)
    return Done(None)


@pytest.mark.parametrize("changes", [sets_a_password, ends_all_factors])
@pytest.mark.parametrize(
    "signs_in", [by_authenticator, by_recovery_code, by_trying_a_code, by_sent_code, by_passkey]
)
async def test_a_sign_in_beside_a_change_of_factors_runs_once_as_does_the_change(
    world: World,
    alice: Person,
    signs_in: Callable[[World, Person], Act],
    changes: Callable[[World, Person, Tx], Any],
) -> None:
    purpose = SigningIn(realm=Realm.CITIZEN, life=world.provider.settings.life)
    settle, occasion = signs_in(world, alice), world.occasion
    runs = await run_beside(
        world.provider.database,
        alice.person_id,
        partial(changes, world, alice),
        lambda tx: begin(tx, settle, purpose=purpose, occasion=occasion),
    )
    assert runs == (1, 1)
