"""A consent withdrawn while a code is being issued – SECURITY B10."""

from dataclasses import replace
from functools import partial

from federation.upstream import AccountKind, ExternalAttributes, ExternalIdentity
from idp.audit.events import EventType
from idp.ids import ClientId
from idp.interactions.service import decide, settle
from idp.people.service import NotRecognised, Recognised, recognise
from idp.protocol.authorization_request import check, parse
from idp.protocol.next_step import Consent
from tests.world import World

SCOPE = "openid profile email"


async def test_no_code_is_issued_on_a_consent_that_was_withdrawn(world: World) -> None:
    rp = await world.client()
    person = await world.person()
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    page = await browser.get(rp.authorize_url(scope=SCOPE))
    await browser.press(page, "allow", extra=[("scope", "email")])
    client = await world.provider.configuration.client(ClientId(rp.client_id))
    assert client is not None
    request = check(
        parse(rp.parameters(scope=SCOPE).items()),
        client.facts,
        redirect_uri=rp.redirect_uri,
        hinted_sub=None,
        iss=world.issuer,
        now=world.time(),
    )
    ask = partial(
        settle,
        ask=partial(
            decide,
            request=request,
            client=client.facts,
            session_cookie=world.cookie_of(browser, "session"),
            upstream_down=False,
            settings=world.provider.settings,
            occasion=world.occasion,
            locks_person=True,
        ),
        request=request,
        client=client.facts,
        interaction_id=None,
        stored_as=None,
        vault=world.provider.vault,
        settings=world.provider.settings,
        occasion=world.occasion,
    )
    assert isinstance((await world.provider.database.transact(ask)).unwrap(), str)
    await world.withdraw(person.person_id, rp)
    before = await world.events(EventType.CODE_ISSUED)
    assert (await world.provider.database.transact(ask)).unwrap() == Consent(scopes=("email",))
    assert await world.events(EventType.CODE_ISSUED) == before


async def test_an_upstream_number_that_is_another_record_s_never_moves_there(world: World) -> None:  # E04
    held = ExternalAttributes(full_name="Trần Văn An", personal_id="031190900123")
    first = ExternalIdentity(
        issuer="https://national.example",
        subject="an",
        kind=AccountKind.CITIZEN,
        loa="LoA2",
        account_level=2,
        auth_time=world.time(),
        amr=("pwd",),
        attributes=held,
    )
    other = replace(first, subject="binh", attributes=replace(held, personal_id="031190900124"))
    for identity in (first, other):
        await world.write(partial(recognise, identity=identity, occasion=world.occasion))

    before = await world.events()
    outcome = await world.write(
        partial(recognise, identity=replace(other, attributes=held), occasion=world.occasion)
    )
    assert outcome == NotRecognised(case="not-linked")
    assert set((await world.events())[len(before) :]) == {
        EventType.SIGN_IN_REFUSED,
        EventType.CONFLICT_OPENED,
    }
    again = await world.write(partial(recognise, identity=other, occasion=world.occasion))
    assert isinstance(again, Recognised)
    assert again.person.profile.personal_id == "031190900124"
