"""Two records of one person, seen from outside: by the services of four sectors, and by whoever signs in (adr/0036)."""

import pytest

from idp.audit.events import EventType
from idp.credentials.model import QUICK_TRIES
from idp.database import Done
from idp.merges.service import subjects_of
from idp.people.model import PersonStatus
from idp.protocol.scopes import LegalBasis
from tests.driver import Page, RelyingParty
from tests.endpoints.merged import OFFLINE, Duplicates
from tests.endpoints.passkeys import PASSKEYS, add, answer, device, passkey_page
from tests.endpoints.signing_in import password_page, try_password, without_code
from tests.endpoints.test_account_copy import DOWNLOAD, downloaded, made
from tests.endpoints.test_account_data import HERE as ACCOUNT_DATA
from tests.endpoints.test_account_data import at_account
from tests.world import PASSWORD, Visitor, World

OWN_PASSWORD = "/account/methods/password"
LONG, SHORT = "thuyền neo ở bến Bính chiều nay", "cá rô 17"


@pytest.fixture
async def two(world: World) -> Duplicates:
    winner, as_winner = await world.citizen("winner")
    loser, as_loser = await world.citizen("loser")
    two = Duplicates(world, winner, loser, as_winner, as_loser)
    for sector in ("only-loser", "only-winner", "both", "later"):
        two.services[sector] = await world.client(
            sector, backchannel_logout_uri=f"https://{sector}.example/hear"
        )
    return two


async def test_each_sector_is_told_who_it_knew_before_while_and_after_they_are_one(two: Duplicates) -> None:
    l_only = await two.sub(two.loser, "only-loser")
    w_only = await two.sub(two.winner, "only-winner")
    l_both, w_both = await two.sub(two.loser, "both"), await two.sub(two.winner, "both")
    assert len({l_only, w_only, l_both, w_both}) == 4

    await two.confirm()
    for who in (two.loser, two.winner):
        assert await two.sub(who, "only-loser") == l_only
        assert await two.sub(who, "only-winner") == w_only
        assert await two.sub(who, "both") == w_both
    later = {await two.sub(who, "later") for who in (two.loser, two.winner)}
    assert len(later) == 1

    await two.split()
    assert await two.sub(two.loser, "only-loser") == l_only
    assert await two.sub(two.winner, "only-winner") == w_only
    assert await two.sub(two.loser, "both") == l_both
    assert await two.sub(two.winner, "both") == w_both
    assert {await two.sub(two.winner, "later")} == later
    new = [
        await two.sub(two.winner, "only-loser"),
        await two.sub(two.loser, "only-winner"),
        await two.sub(two.loser, "later"),
    ]
    known = {l_only, w_only, l_both, w_both, *later}
    assert len(set(new)) == 3
    assert not known & set(new)


async def test_claims_are_those_of_the_record_that_stands(two: Duplicates) -> None:
    rp = two.services["only-loser"]
    for person in (two.loser, two.winner):
        await two.world.agree(person.person_id, rp)
    before = await two.come(two.loser, rp, scope=OFFLINE)
    await two.confirm()
    after = await two.come(two.loser, rp, scope=OFFLINE)
    said = (await two.world.userinfo(after["access_token"])).json()
    assert (said["sub"], said["email"]) == (before["claims"]["sub"], "winner@example.vn")
    await two.split()
    apart = await two.come(two.loser, rp, scope=OFFLINE)
    assert (await two.world.userinfo(apart["access_token"])).json()["email"] == "loser@example.vn"


async def test_what_the_loser_held_is_dead_at_once_and_the_services_are_signed_out(two: Duplicates) -> None:
    world, rp = two.world, two.services["both"]
    held = await two.come(two.loser, rp, scope=OFFLINE)
    kept = await two.come(two.winner, rp, scope=OFFLINE)
    await two.confirm()
    assert (await world.userinfo(held["access_token"])).status_code == 401
    refused = await rp.refresh(world.http, held["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert (await world.userinfo(kept["access_token"])).status_code == 200
    refreshed = await rp.refresh(world.http, kept["refresh_token"])
    assert refreshed.status_code == 200
    sent = await world.write(
        lambda tx: Done(
            tx.outbox.claim(
                world.time(), lanes=9, each=9, most=9, lease=world.provider.settings.life.code, resting=()
            )
        )
    )
    told = [message.payload["sub"] for lane in sent for message in lane]
    assert told == [held["claims"]["sub"]]


async def test_a_code_of_the_loser_opens_nothing_after_the_merge(two: Duplicates) -> None:
    world, rp = two.world, two.services["both"]
    browser = world.browser()
    await world.signed_in(browser, two.loser.person_id)
    await world.agree(two.loser.person_id, rp)
    code = await Visitor(person=two.loser, browser=browser).code(rp)
    await two.confirm()
    refused = await rp.redeem(world.http, code)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert "sign-in" in (await browser.get(rp.authorize_url())).response.url.path


async def test_a_split_ends_what_either_may_have_begun(two: Duplicates) -> None:
    world, rp = two.world, two.services["later"]
    await two.confirm()
    held = await two.come(two.loser, rp, scope=OFFLINE)
    await two.split()
    assert (await world.userinfo(held["access_token"])).status_code == 401
    assert (await rp.refresh(world.http, held["refresh_token"])).status_code == 400


async def test_a_copy_of_both_records_is_nobodys_after_a_split(two: Duplicates) -> None:
    world = two.world
    await two.confirm()
    browser = await at_account(world, two.winner)
    await made(world, browser)
    assert (await downloaded(browser))["account"]["records"] == 2
    await two.split()

    browser = await at_account(world, two.winner)
    page = await browser.get(ACCOUNT_DATA)
    assert "export" in page.buttons
    assert "download-copy" not in page.buttons
    csrf = page.form("export")["fields"]["csrf"]
    answer = await browser.post(DOWNLOAD, {"csrf": csrf})
    assert answer.response.headers["content-type"].startswith("text/html")
    await made(world, browser)
    assert (await downloaded(browser))["account"]["records"] == 1


async def test_the_person_is_asked_again_what_they_agreed_to_under_the_other_record(two: Duplicates) -> None:
    world, rp = two.world, two.services["only-loser"]
    await two.come(two.loser, rp)
    await two.confirm()
    browser = world.browser()
    page = await two.use_password(two.as_loser, browser, rp)
    assert "allow" in page.ids


# ---- requests that name a subject


async def test_what_one_record_restricted_is_restricted_for_both_and_what_runs_on_consent_ends(
    two: Duplicates,
) -> None:
    world = two.world
    rp = await world.client("on-consent", legal_basis={"email": LegalBasis.CONSENT})
    public = await world.client(
        "by-law", legal_basis=dict.fromkeys(("profile", "email"), LegalBasis.PUBLIC_TASK)
    )
    await world.agree(two.winner.person_id, rp)
    tokens = await two.come(two.winner, rp, scope=OFFLINE)
    by_law = await two.come(two.winner, public, scope=OFFLINE)
    browser = world.browser()
    await world.signed_in(browser, two.loser.person_id)
    form = await browser.get("/account/data/request?r=restrict")
    assert "error" not in (await browser.press(form, "submit", None)).ids
    assert (await world.userinfo(tokens["access_token"])).status_code == 200
    await two.confirm()
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    assert (await rp.refresh(world.http, tokens["refresh_token"])).status_code == 400
    assert (await world.userinfo(by_law["access_token"])).status_code == 200
    kinds = [(one.actor, one.subject_ref) for one in await world.records(EventType.PERSON_RESTRICTED)]
    assert kinds == [
        (f"person:{two.loser.person_id}", f"person:{two.loser.person_id}"),
        ("operator:binh", f"person:{two.winner.person_id}"),
    ]
    after = world.browser()
    await world.signed_in(after, two.winner.person_id)
    page = await after.get("/account/data")
    assert {"restricted", "lift-restriction"} <= page.ids
    (own,) = [one for one in page.ids if one.startswith("withdraw-request-")]
    page = await after.press(page, own)
    assert "restricted" not in page.ids, "whoever stands takes back what they asked under either record"
    again = await two.come(two.loser, rp, scope=OFFLINE)
    assert "email" in (await world.userinfo(again["access_token"])).json()


async def hinted(two: Duplicates, rp: RelyingParty, id_token: str) -> Page:
    browser = two.world.browser()
    await two.world.signed_in(browser, two.winner.person_id)
    await two.world.agree(two.winner.person_id, rp)
    return await browser.get(rp.authorize_url(prompt="none", id_token_hint=id_token))


async def test_a_hint_with_the_sub_in_use_is_about_the_one_who_stands(two: Duplicates) -> None:
    rp = two.services["only-loser"]
    token = (await two.come(two.loser, rp))["id_token"]
    await two.confirm()
    assert "code" in (await hinted(two, rp, token)).answer


async def test_a_hint_with_a_reserved_sub_is_about_nobody_who_is_here(two: Duplicates) -> None:
    rp = two.services["both"]
    token = (await two.come(two.loser, rp))["id_token"]
    await two.come(two.winner, rp)
    await two.confirm()
    assert (await hinted(two, rp, token)).answer["error"] == "login_required"


async def test_a_hint_of_one_is_never_answered_with_the_other_after_a_split(two: Duplicates) -> None:
    rp = two.services["only-loser"]
    token = (await two.come(two.loser, rp))["id_token"]
    await two.confirm()
    await two.split()
    assert (await hinted(two, rp, token)).answer["error"] == "login_required"


# ---- city credentials


async def test_a_password_of_the_loser_asks_for_the_second_factor_of_the_one_who_stands(
    two: Duplicates,
) -> None:
    """Else the weaker record would be the way in."""
    world, rp = two.world, two.services["both"]
    await without_code(world, two.loser)
    await two.confirm()
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), "loser", PASSWORD)
    assert "otp" in page.ids
    assert world.cookie_of(browser, "session") is None
    world.time.move(seconds=60)
    code = two.as_winner.code(world.time().timestamp())
    page = await browser.press(page, "submit", otp=code)
    assert world.cookie_of(browser, "session") is not None
    started = (await world.records(EventType.SESSION_STARTED))[-1]
    assert started.subject_ref == f"person:{two.winner.person_id}"


async def test_a_short_password_is_not_set_beside_an_authenticator_that_is_not_asked_for(
    world: World,
) -> None:
    """The loser's authenticator stands beside the loser's password; who stands would be locked out by a short one."""
    winner = await world.person("winner")
    loser, as_loser = await world.citizen("loser")
    await Duplicates(world, winner, loser, as_loser, as_loser).confirm()
    browser, rp = world.browser(), await world.client()
    await world.signed_in(browser, winner.person_id)
    page = await browser.get(OWN_PASSWORD)
    refused = await browser.press(page, "submit", None, **{"new-password": SHORT, "username": "huong.nt"})
    assert "error" in refused.ids
    await browser.press(refused, "submit", None, **{"new-password": LONG, "username": "huong.nt"})
    other = world.browser()
    page = await try_password(other, await password_page(other, rp), "huong.nt", LONG)
    assert world.cookie_of(other, "session") is not None


async def test_wrong_passwords_of_either_record_are_counted_for_both(two: Duplicates) -> None:
    """E10: a person with two records has not twice as many tries."""
    world, rp = two.world, two.services["both"]
    await two.confirm()
    names = ["loser", "winner"] * QUICK_TRIES
    for name in names[:QUICK_TRIES]:
        browser = world.browser()
        page = await try_password(browser, await password_page(browser, rp), name, "wrong")
        assert "Tên đăng nhập hoặc mật khẩu chưa đúng" in page.response.text
    for name in ("loser", "winner"):
        browser = world.browser()
        page = await try_password(browser, await password_page(browser, rp), name, PASSWORD)
        assert "otp" not in page.ids
        assert "Tên đăng nhập hoặc mật khẩu chưa đúng" not in page.response.text


async def test_each_password_opens_its_own_record_after_a_split(two: Duplicates) -> None:
    await two.confirm()
    await two.split()
    for who, person in ((two.as_loser, two.loser), (two.as_winner, two.winner)):
        await two.use_password(who, two.world.browser(), two.services["later"])
        started = (await two.world.records(EventType.SESSION_STARTED))[-1]
        assert started.subject_ref == f"person:{person.person_id}"


@pytest.mark.parametrize("name", ["loser", "winner"])
async def test_who_is_locked_signs_in_by_neither_record(two: Duplicates, name: str) -> None:
    world, rp = two.world, two.services["both"]
    await two.confirm()
    await world.set_status(two.winner.person_id, PersonStatus.LOCKED)
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), name, PASSWORD)
    assert "otp" not in page.ids


async def test_passkeys_of_both_records_sign_in_who_stands_and_are_kept_in_one_place(two: Duplicates) -> None:
    world, keys = two.world, {}
    for person in (two.winner, two.loser):
        keys[person.person_id] = device(world)
        browser = world.browser()
        await world.signed_in(browser, person.person_id)
        assert "notice" in (await add(browser, keys[person.person_id])).ids
    await two.confirm()
    for key in keys.values():
        browser = world.browser()
        await answer(browser, await passkey_page(browser, two.services["both"]), key)
        shown = (await browser.get(PASSKEYS)).ids
        assert len([id_ for id_ in shown if id_.startswith("remove-")]) == 2
    (*_, last) = await world.records(EventType.SESSION_STARTED)
    assert last.actor == f"person:{two.winner.person_id}"
    await two.split()
    browser = world.browser()
    await answer(browser, await passkey_page(browser, two.services["both"]), keys[two.loser.person_id])
    (*_, last) = await world.records(EventType.SESSION_STARTED)
    assert last.actor == f"person:{two.loser.person_id}"


async def test_a_merged_record_looks_like_any_other_to_who_guesses(two: Duplicates) -> None:
    """E16: the same page for a wrong password, whichever record has the name, and for a name that is nobody's."""
    world, rp = two.world, two.services["both"]
    await two.confirm()
    answers = set()
    for name in ("loser", "winner", "nobody"):
        browser = world.browser()
        page = await try_password(browser, await password_page(browser, rp), name, "wrong")
        text = page.response.text.replace(f'value="{name}"', "").replace(page.interaction, "")
        answers.add((page.status, len(text) // 64))
    assert len(answers) == 1


async def test_a_report_for_services_names_subs_and_sectors_and_nothing_of_the_person(
    two: Duplicates,
) -> None:
    await two.sub(two.loser, "both")
    of_winner = await two.sub(two.winner, "both")
    await two.confirm()
    ids = (two.winner.person_id, [two.loser.person_id])
    (found,) = await two.world.provider.database.read(lambda tx: subjects_of(tx, *ids))
    assert (found.sector, found.in_use, len(found.aliases)) == ("both", of_winner, 1)
    shown = repr(found)
    for person in (two.winner, two.loser):
        assert person.person_id not in shown
        assert str(person.profile.email) not in shown
