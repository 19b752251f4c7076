"""A consent withdrawn while a code is being issued – SECURITY B10."""

from dataclasses import replace
from functools import partial

from federation.upstream import AccountKind, ExternalAttributes, ExternalIdentity
from idp.audit.events import EventType
from idp.consents.service import withdraw
from idp.database import Refused
from idp.ids import ClientId
from idp.interactions.service import issue_code
from idp.people.service import NotRecognised, Recognised, recognise
from idp.protocol.authorization_request import check, parse
from idp.protocol.errors import ConsentRequired
from idp.protocol.next_step import Issue
from tests.world import World


async def test_no_code_is_issued_on_a_consent_withdrawn_after_the_decision(world: World) -> None:
    rp = await world.client()
    person = await world.person()
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    await browser.press(await browser.get(rp.authorize_url()), "allow")
    client = await world.provider.configuration.client(ClientId(rp.client_id))
    assert client is not None
    request = check(
        parse(rp.parameters().items()),
        client.facts,
        redirect_uri=rp.redirect_uri,
        hinted_sub=None,
        iss=world.issuer,
        now=world.time(),
    )
    cookie = next(c.value for c in browser.client.cookies.jar if c.name == "hpid-session")
    session = await world.provider.database.read(lambda tx: tx.sessions.find(str(cookie)))
    assert session is not None
    decided = Issue(session=session.facts(), scopes=frozenset({"openid", "profile"}), acr=session.acr)
    issue = partial(
        issue_code,
        request=request,
        client=client.facts,
        issue=decided,
        interaction_id=None,
        stored_as=None,
        vault=world.provider.vault,
        settings=world.provider.settings,
        occasion=world.occasion,
    )
    assert not isinstance(await world.provider.database.transact(issue), Refused)
    await world.write(
        partial(
            withdraw,
            person_id=person.person_id,
            client_id=client.facts.client_id,
            actor="test",
            occasion=world.occasion,
        )
    )
    outcome = await world.provider.database.transact(issue)
    assert isinstance(outcome, Refused)
    assert isinstance(outcome.error, ConsentRequired)


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
    assert (await world.events())[len(before) :] == [EventType.SIGN_IN_REFUSED]
    again = await world.write(partial(recognise, identity=other, occasion=world.occasion))
    assert isinstance(again, Recognised)
    assert again.person.profile.personal_id == "031190900124"
