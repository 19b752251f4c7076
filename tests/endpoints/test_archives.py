"""The archive of a dissolved organisation from /authorize to the tokens: read where a client takes it, never acted in."""

from idp.database import Done
from idp.organisations.model import OrganisationStatus
from idp.organisations.service.status import change_status
from idp.protocol.acting import ContextKind
from idp.protocol.facts import Profile
from idp.protocol.scopes import LegalBasis
from idp.transaction import Tx
from tests.driver import RelyingParty
from tests.endpoints import test_contexts
from tests.endpoints.test_contexts import KINDS, Family, claims, tokens_for, userinfo
from tests.endpoints.test_life_events import ALL, Held
from tests.world import World

family = test_contexts.family
SCOPES = frozenset({"openid", "profile", "mandate", "docs.share", "offline_access"})
STORE = "urn:example:store"


async def become(world: World, family: Family, status: OrganisationStatus) -> None:
    def change(tx: Tx) -> Done[bool]:
        return Done(change_status(tx, family.company, status, "test", actor="test", occasion=world.occasion))

    assert await world.write(change)
    world.time.move(seconds=1)


async def reader(world: World, family: Family) -> RelyingParty:
    rp = await world.client(
        "rp-archive",
        profile=Profile.OIDC,
        subject_contexts=(*KINDS, ContextKind.ARCHIVE),
        scopes=SCOPES,
        audiences=(STORE,),
        legal_basis={"docs.share": LegalBasis.PUBLIC_TASK},
    )
    await world.agree(family.mother.person_id, rp)
    return rp


async def test_tokens_of_an_archive_say_so_and_write_nothing(world: World, family: Family) -> None:
    rp = await reader(world, family)
    asked = {"ctx_hint": "archive", "resource": STORE, "scope": "openid mandate docs.share"}
    before = await family.browser.get(rp.authorize_url(prompt="none", **asked))
    assert before.answer["error"] == "account_selection_required"
    await become(world, family, OrganisationStatus.DISSOLVED)
    page = await family.browser.get(rp.authorize_url(**asked))
    tokens = (await rp.redeem(world.http, page.answer["code"])).json()
    said, access = claims(tokens["id_token"]), claims(tokens["access_token"])
    for one in (said, access):
        assert one["ctx"] == "archive"
        assert one["org"]["status"] == "dissolved"
        assert (one["mandate"]["role"], one["mandate"]["source"]) == ("archive", "register")
        assert one["mandate"]["exp"] > world.time().timestamp() + 9 * 365 * 86400
    assert access["aud"] == STORE
    assert set(access["scope"].split()) == {"openid", "mandate"}
    own = await family.browser.get(rp.authorize_url(**{**asked, "ctx_hint": "person"}))
    redeemed = (await rp.redeem(world.http, own.answer["code"])).json()
    assert "docs.share" in claims(redeemed["access_token"])["scope"].split()


async def test_only_a_client_that_takes_archives_is_offered_one(world: World, family: Family) -> None:
    rp = await reader(world, family)
    await become(world, family, OrganisationStatus.DISSOLVED)
    for at, is_offered in ((family.rp, False), (rp, True)):
        page = await family.browser.get(at.authorize_url())
        text = page.response.text
        assert "page-act-for" in page.ids
        assert ("Đã giải thể, chỉ xem hồ sơ lưu" in text) is is_offered
        assert ("Tổ chức đã giải thể." in text) is not is_offered
        assert text.count("Cảng Xanh") == 1
        hinted = await family.browser.get(
            at.authorize_url(scope="openid mandate", prompt="none", ctx_hint="archive")
        )
        assert ("code" in hinted.answer) is is_offered


async def test_an_archive_ends_at_once_when_the_dissolution_is_taken_back(
    world: World, family: Family
) -> None:  # bound A
    rp = await reader(world, family)
    own = await tokens_for(world, family, "Cho bản thân")
    await become(world, family, OrganisationStatus.DISSOLVED)
    asks = {"ctx_hint": "archive", "scope": "openid mandate"}
    pages = [await family.browser.get(rp.authorize_url(**asks)) for _ in range(2)]
    tokens = (await rp.redeem(world.http, pages[0].answer["code"])).json()
    assert (await userinfo(world, tokens))["mandates"][0]["role"] == "archive"
    held = Held(
        world=world,
        rp=rp,
        browser=family.browser,
        tokens=tokens,
        code=pages[1].answer["code"],
        asks=dict(asks),
    )
    await become(world, family, OrganisationStatus.ACTIVE)
    assert await held.answers() == dict.fromkeys(ALL, False)
    assert (await world.userinfo(own["access_token"])).status_code == 200
