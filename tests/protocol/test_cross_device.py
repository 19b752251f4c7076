"""What a session on a phone is worth on another device – RFC 10027; OpenID Connect Core §3.1.2.1; adr/0047."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from idp.ids import ClientId
from idp.protocol.acting import ContextKind
from idp.protocol.assurance import Acr
from idp.protocol.cross_device import (
    Needed,
    carried_acr,
    carried_amr,
    may_confirm,
    offers_cross_device,
    proof_needed,
    suffices,
)
from idp.protocol.facts import LocalLogin, Realm
from idp.protocol.next_step import Facts, SignIn, next_step
from tests import make

MINUTE = timedelta(minutes=1)


def test_what_is_carried_over_is_never_more_and_never_high() -> None:
    for acr, idp in product(Acr, ("national", "haiphong")):
        session = make.session_facts(acr=acr, idp=idp)
        assert carried_acr(session).rank <= min(session.acr.rank, Acr.SUBSTANTIAL.rank)
        assert carried_amr(session) == (*session.amr, "mca")


def test_what_suffices_is_what_the_service_would_then_take() -> None:
    """Else somebody confirms on the phone, and the other device asks them to sign in all the same."""
    requests = (
        make.request(),
        make.request(max_age="600"),
        make.request(max_age="9" * 9),
        make.request(prompt="login"),
    )
    found = set()
    for acr, idp, asked, login, age in product(
        Acr, ("national", "haiphong"), (Acr.LOW, Acr.SUBSTANTIAL), LocalLogin, (0, 5, 60)
    ):
        client = make.client(default_acr=asked, local_login=login)
        for request in requests:
            until = request.started_at + 2 * MINUTE
            session = make.session_facts(acr=acr, idp=idp, auth_time=request.started_at - age * MINUTE)
            needed = proof_needed(request, client, until=until)
            does = suffices(session, client, needed, upstream_down=False)
            there = replace(session, acr=carried_acr(session), amr=carried_amr(session))
            step = next_step(request, Facts(client=client, session=there), now=until)
            found.add(does)
            if does:
                assert not isinstance(step, SignIn), (session, client, request)
    assert found == {True, False}


@pytest.mark.parametrize(("age", "does"), [(0, True), (7, True), (9, False), (11, False)])
def test_it_must_still_be_fresh_when_the_code_is_over(age: int, does: bool) -> None:
    request = make.request(max_age="600")
    session = make.session_facts(auth_time=request.started_at - age * MINUTE)
    needed = proof_needed(request, make.client(), until=request.started_at + 2 * MINUTE)
    assert suffices(session, make.client(), needed, upstream_down=False) is does


@pytest.mark.parametrize("prompt", ["login", "select_account", "create"])
def test_no_max_age_makes_an_older_proof_do_where_a_new_one_is_asked_for(prompt: str) -> None:
    request = make.request(prompt=prompt, max_age="600")
    needed = proof_needed(request, make.client(), until=request.started_at + 2 * MINUTE)
    for age, does in ((0 * MINUTE, True), (make.SECOND, False)):
        session = make.session_facts(auth_time=request.started_at - age)
        assert suffices(session, make.client(), needed, upstream_down=False) is does


def test_who_may_confirm() -> None:
    session = make.session_facts()
    assert may_confirm(session)
    assert not may_confirm(replace(session, realm=Realm.OFFICIAL))
    assert not may_confirm(replace(session, amr=carried_amr(session)))


def test_where_it_is_offered() -> None:
    request = make.request()
    assert offers_cross_device(request, make.client())
    assert not offers_cross_device(request, make.client(default_acr=Acr.HIGH))
    assert not offers_cross_device(request, make.client(client_id=ClientId("hpid:account")))
    assert not offers_cross_device(request, make.client(client_id=ClientId("hpid:passkeys")))
    assert not offers_cross_device(request, make.client(subject_contexts=(ContextKind.OFFICIAL,)))


def test_our_own_pages_take_no_session_that_came_so() -> None:
    own = make.client(client_id=ClientId("hpid:account"), default_acr=Acr.LOW)
    session = make.session_facts(acr=Acr.SUBSTANTIAL)
    needed = Needed(acr=Acr.LOW)
    assert suffices(session, own, needed, upstream_down=False)
    assert not suffices(replace(session, amr=carried_amr(session)), own, needed, upstream_down=False)
