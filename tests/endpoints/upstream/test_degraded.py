"""City credentials in place of the national system while it is down – DOMAIN 3.6, 4.1 no. 12, Decree 69 Art. 40(4)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.credentials.model import TotpCredential
from idp.database import Done
from idp.people.model import IdentifierScheme, Person, PersonStatus
from idp.protocol.assurance import Acr
from idp.protocol.facts import LocalLogin
from idp.transaction import Tx
from idp.upstreams.model import ExternalLink
from idp.worker import JOBS
from tests.authenticator import Authenticator
from tests.driver import Browser, Citizen, Page, RelyingParty
from tests.endpoints.merged import Duplicates
from tests.endpoints.passkeys import add, answer, device, passkey_page
from tests.world import PASSWORD, TOTP_SECRET, World, open_world

ISSUER = "https://national.example"
SUBSTANTIAL = "urn:haiphong:acr:substantial"


@pytest.fixture
async def world(template: Path, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(template, tmp_path, national_issuer=ISSUER, degraded_sign_in=True) as world:
        yield world


@pytest.fixture
async def rp(world: World) -> RelyingParty:
    """A service that accepts degraded sign-ins, and asks for level substantial."""
    return await accepting(world)


async def accepting(world: World, client_id: str = "rp-d", **changes: Any) -> RelyingParty:
    facts = {"local_login": LocalLogin.DEGRADED, "accept_degraded": True, "default_acr": Acr.SUBSTANTIAL}
    return await world.client(client_id, **{**facts, **changes})


async def linked(world: World, username: str = "alice", *, bound: Acr | None = Acr.SUBSTANTIAL) -> Citizen:
    """Somebody who signed in at the national system yesterday, with an authenticator bound at this level."""
    person, citizen = await world.citizen(username)
    at = world.time()

    def link(tx: Tx) -> Done[None]:
        tx.upstreams.add(
            ExternalLink(
                issuer=ISSUER,
                subject=f"subject-{username}",
                person_id=person.person_id,
                linked_at=at,
                last_used_at=at,
            )
        )
        bind(tx, person, bound)
        return Done(None)

    await world.write(link)
    world.time.move(days=1)
    return citizen


def bind(tx: Tx, person: Person, bound: Acr | None) -> None:
    tx.totp.put(
        TotpCredential(
            person_id=person.person_id, secret=TOTP_SECRET, last_step=0, confirmed=True, bound_acr=bound
        )
    )


def goes_down(world: World) -> None:
    for _ in range(3):
        world.provider.national_circuit.failed(world.time())


def comes_back(world: World) -> None:
    world.provider.national_circuit.succeeded(world.time())


async def sign_in(world: World, rp: RelyingParty, citizen: Citizen, browser: Browser) -> Page:
    page = await browser.get(rp.authorize_url(scope="openid profile offline_access", prompt="consent"))
    return await citizen.sign_in(browser, page, at=world.time().timestamp())


async def tokens_of(world: World, rp: RelyingParty, page: Page, browser: Browser) -> dict[str, Any]:
    page = await browser.press(page, "allow")
    response = await rp.redeem(world.http, page.answer["code"])
    assert response.status_code == 200, response.text
    return dict(response.json())


async def test_who_was_vouched_for_signs_in_and_the_tokens_say_how(world: World, rp: RelyingParty) -> None:
    vouched = int(world.time().timestamp())
    alice, browser = await linked(world), world.browser()
    goes_down(world)
    page = await sign_in(world, rp, alice, browser)
    assert {"page-consent", "notice", "banner"} <= page.ids
    assert "chế độ dự phòng" in page.response.text
    tokens = await tokens_of(world, rp, page, browser)
    claims = await rp.verify(world.http, tokens["id_token"])
    assert (claims["acr"], claims["idp"], claims["amr"]) == (SUBSTANTIAL, "haiphong", ["pwd", "otp"])
    assert (claims["degraded"], claims["ial_at"]) == (True, vouched)
    assert claims["auth_time"] == int(world.time().timestamp())
    told = (await rp.post(world.http, "/introspect", token=tokens["access_token"])).json()
    assert (told["active"], told["degraded"], told["ial_at"]) == (True, True, vouched)
    read = (await world.userinfo(tokens["access_token"])).json()
    assert (read["degraded"], read["ial_at"]) == (True, vouched), (
        "who stores what userinfo says stores that too"
    )
    assert "refresh_token" in tokens, "it lives as long as the session"
    assert "offline_access" not in tokens["scope"]
    (started,) = await world.records(EventType.SESSION_STARTED)
    assert started.payload["degraded"] is True


async def test_at_a_service_that_accepts_it_not_wholly_it_counts_for_low_and_is_offered_for_low(
    world: World,
) -> None:
    low = await accepting(world, "rp-low", accept_degraded=False, default_acr=Acr.LOW)
    strict = await accepting(world, "rp-strict", accept_degraded=False)
    alice, browser = await linked(world), world.browser()
    goes_down(world)
    tokens = await tokens_of(world, low, await sign_in(world, low, alice, browser), browser)
    claims = await low.verify(world.http, tokens["id_token"])
    assert (claims["acr"], claims["degraded"]) == ("urn:haiphong:acr:low", True)
    page = await world.browser().get(strict.authorize_url())
    assert {"method-national-down", "national-only"} <= page.ids
    assert "method-password" not in page.ids


@pytest.mark.parametrize("local_login", [LocalLogin.NEVER, LocalLogin.DEGRADED])
async def test_a_degraded_session_is_not_smuggled_to_a_service_that_does_not_accept_it(
    world: World, rp: RelyingParty, local_login: LocalLogin
) -> None:  # SECURITY E06
    other = await world.client(
        "rp-never", local_login=local_login, default_acr=Acr.SUBSTANTIAL, accept_degraded=False
    )
    alice, browser = await linked(world), world.browser()
    goes_down(world)
    await tokens_of(world, rp, await sign_in(world, rp, alice, browser), browser)
    silent = await browser.get(other.authorize_url(prompt="none"))
    assert silent.answer["error"] == "login_required"
    page = await browser.get(other.authorize_url())
    asked = "page-sign-in" if local_login is LocalLogin.NEVER else "page-step-up"
    assert {asked, "method-national-down", "national-only"} <= page.ids
    assert "bộ phận một cửa" in page.response.text
    for path in ("/sign-in/password", "/sign-in/otp"):
        assert asked in (await browser.get(f"{path}?i={page.interaction}")).ids


async def test_after_the_outage_it_is_silent_nowhere_and_the_next_sign_in_is_at_the_national_system(
    world: World, rp: RelyingParty
) -> None:
    alice, browser = await linked(world), world.browser()
    goes_down(world)
    await tokens_of(world, rp, await sign_in(world, rp, alice, browser), browser)
    assert "code" in (await browser.get(rp.authorize_url(prompt="none"))).answer
    comes_back(world)
    silent = await browser.get(rp.authorize_url(prompt="none"))
    assert silent.answer["error"] == "login_required"
    page = await browser.get(rp.authorize_url())
    assert "page-sign-in" in page.ids
    assert "method-password" not in page.ids


async def _run_the_job(world: World) -> int:
    (job,) = [job for job in JOBS if job.name == "end unproved sessions"]
    return await job.run(world.provider)


async def test_a_session_of_the_outage_is_proved_in_time_or_ends_with_its_tokens(
    world: World, rp: RelyingParty
) -> None:
    alice, browser = await linked(world), world.browser()
    goes_down(world)
    tokens = await tokens_of(world, rp, await sign_in(world, rp, alice, browser), browser)
    world.time.move(seconds=20)
    assert await _run_the_job(world) == 0, "as long as it is down nobody can prove anything"
    comes_back(world)
    await _run_the_job(world)
    world.time.move(hours=3, minutes=59)
    assert await _run_the_job(world) == 0
    world.time.move(minutes=1)
    assert await _run_the_job(world) == 1
    assert (await rp.refresh(world.http, tokens["refresh_token"])).status_code == 400
    (ended,) = await world.records(EventType.SESSION_ENDED)
    assert (ended.actor, ended.payload["reason"]) == ("system", "not proved at the national system in time")
    assert await _run_the_job(world) == 0


async def test_who_proves_themselves_there_meanwhile_goes_on(world: World, rp: RelyingParty) -> None:
    alice, browser = await linked(world), world.browser()
    goes_down(world)
    await tokens_of(world, rp, await sign_in(world, rp, alice, browser), browser)
    comes_back(world)
    await _run_the_job(world)
    cookie = world.cookie_of(browser, "session")
    assert cookie is not None
    await world.write(lambda tx: _renewed(tx, world, cookie))
    world.time.move(hours=5)
    assert await _run_the_job(world) == 0


def _renewed(tx: Tx, world: World, cookie: str) -> Done[None]:
    """Renew as the return from the national system does."""
    session = tx.sessions.find(cookie)
    assert session is not None
    proved = replace(
        session,
        auth_time=world.time(),
        acr=Acr.SUBSTANTIAL,
        idp="national",
        degraded=False,
        ial_at=None,
        last_seen_at=world.time(),
    )
    assert tx.sessions.renew(session.session_id, cookie, proved)
    return Done(None)


@pytest.mark.parametrize("bound", [None, Acr.LOW])
async def test_a_factor_of_which_nobody_knows_that_it_was_bound_well_stands_in_for_nothing(
    world: World, rp: RelyingParty, bound: Acr | None
) -> None:
    alice, browser = await linked(world, bound=bound), world.browser()
    goes_down(world)
    page = await sign_in(world, rp, alice, browser)
    assert (page.status, page.case) == (403, "not-prepared")
    assert world.cookie_of(browser, "session") is None
    (refused,) = await world.records(EventType.SIGN_IN_REFUSED)
    assert refused.payload["reason"] == "not prepared for when the national system is down"


async def test_of_two_records_that_are_one_person_s_the_factor_that_was_used_counts_and_no_other(
    world: World, rp: RelyingParty
) -> None:  # a merged record keeps its own password and authenticator (adr/0036)
    await linked(world, "winner")
    as_loser = await linked(world, "loser", bound=None)

    def both(tx: Tx) -> tuple[Person | None, ...]:
        scheme = IdentifierScheme.USERNAME
        return tuple(tx.people.find_by_identifier(scheme, name) for name in ("winner", "loser"))

    winner, loser = await world.provider.database.read(both)
    assert winner is not None
    assert loser is not None
    as_winner = Citizen(username="winner", password=PASSWORD, totp_secret=TOTP_SECRET)
    await Duplicates(world, winner, loser, as_winner, as_loser).confirm()
    goes_down(world)
    browser = world.browser()
    page = await sign_in(world, rp, as_loser, browser)
    assert (page.status, page.case) == (403, "not-prepared")
    assert world.cookie_of(browser, "session") is None
    page = await sign_in(world, rp, as_winner, world.browser())
    assert "page-consent" in page.ids, "the one that was bound well stands in"


async def test_nobody_new_and_nobody_locked_gets_in(world: World, rp: RelyingParty) -> None:
    _, stranger = await world.citizen("stranger")
    goes_down(world)
    page = await sign_in(world, rp, stranger, world.browser())
    assert (page.status, page.case) == (403, "not-prepared")
    locked = await linked(world, "locked")
    goes_down(world)
    person_id = await world.provider.database.read(lambda tx: tx.upstreams.find(ISSUER, "subject-locked"))
    assert person_id is not None
    await world.set_status(person_id.person_id, PersonStatus.LOCKED)
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    page = await browser.get(f"/sign-in/password?i={page.interaction}")
    page = await browser.press(page, "submit", username=locked.username, password=locked.password)
    assert "error" in page.ids


async def test_a_deployment_that_does_not_allow_it_offers_it_to_nobody(
    world: World, rp: RelyingParty
) -> None:
    settings = world.provider.settings.model_copy(update={"degraded_sign_in": False})
    closed = World(replace(world.provider, settings=settings), world.time)
    assert type(settings).model_fields["degraded_sign_in"].default is False
    goes_down(closed)
    page = await closed.browser().get(rp.authorize_url())
    assert {"method-national-down", "national-only"} <= page.ids
    assert "method-password" not in page.ids


async def test_a_service_of_level_low_takes_city_credentials_as_ever_and_says_so_in_an_outage(
    world: World,
) -> None:
    low = await world.client("rp-l", local_login=LocalLogin.LOW)
    alice, browser = await linked(world), world.browser()
    tokens = await tokens_of(world, low, await sign_in(world, low, alice, browser), browser)
    claims = await low.verify(world.http, tokens["id_token"])
    assert {"degraded", "ial_at"}.isdisjoint(claims)
    world.time.move(minutes=5)
    goes_down(world)
    fresh = world.browser()
    tokens = await tokens_of(world, low, await sign_in(world, low, alice, fresh), fresh)
    claims = await low.verify(world.http, tokens["id_token"])
    assert (claims["acr"], claims["degraded"]) == ("urn:haiphong:acr:low", True)


async def with_passkey(world: World, person: Person, *, bound_acr: Acr) -> Authenticator:
    """Give somebody a passkey that was bound in a sign-in of this level."""
    authenticator, browser = device(world), world.browser()
    comes_back(world)
    await world.signed_in(browser, person.person_id)
    assert "notice" in (await add(browser, authenticator)).ids
    await world.write(lambda tx: _bound_at(tx, authenticator, bound_acr))
    return authenticator


def _bound_at(tx: Tx, authenticator: Authenticator, bound_acr: Acr) -> Done[None]:
    """Bind it again, as a sign-in of another level would have."""
    kept = tx.passkeys.find(authenticator.credential_id)
    assert kept is not None
    tx.passkeys.end(kept, kept.created_at)
    tx.passkeys.erase_ended(kept.created_at, 10)
    assert tx.passkeys.add(replace(kept, bound_acr=bound_acr))
    return Done(None)


@pytest.mark.parametrize("bound_acr", [Acr.SUBSTANTIAL, Acr.HIGH])
async def test_a_passkey_stands_in_alone_and_never_above_substantial(
    world: World, rp: RelyingParty, bound_acr: Acr
) -> None:
    await linked(world)
    person = await _person(world, "alice")
    authenticator, browser = await with_passkey(world, person, bound_acr=bound_acr), world.browser()
    goes_down(world)
    page = await passkey_page(browser, rp, scope="openid profile offline_access", prompt="consent")
    page = await answer(browser, page, authenticator)
    assert {"page-consent", "notice", "banner"} <= page.ids
    tokens = await tokens_of(world, rp, page, browser)
    claims = await rp.verify(world.http, tokens["id_token"])
    assert (claims["acr"], claims["amr"]) == (SUBSTANTIAL, ["mfa", "user", "pop"])
    assert claims["degraded"] is True


async def test_a_passkey_that_was_bound_low_stands_in_for_nothing(world: World, rp: RelyingParty) -> None:
    await linked(world)
    authenticator = await with_passkey(world, await _person(world, "alice"), bound_acr=Acr.LOW)
    goes_down(world)
    browser = world.browser()
    page = await answer(browser, await passkey_page(browser, rp), authenticator)
    assert (page.status, page.case) == (403, "not-prepared")
    assert world.cookie_of(browser, "session") is None


async def _person(world: World, username: str) -> Person:
    found = await world.provider.database.read(
        lambda tx: tx.people.find_by_identifier(IdentifierScheme.USERNAME, username)
    )
    assert found is not None
    return found
