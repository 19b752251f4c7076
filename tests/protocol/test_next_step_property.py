"""What holds for every request and every state of the world – OpenID Connect Core §3.1.2.1–3.1.2.6; SECURITY E06.

The rules are written here once more, as conditions on what is issued instead of as steps towards it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from idp.protocol.assurance import Acr
from idp.protocol.authorization_request import PROMPTS, AuthorizationRequest
from idp.protocol.claims import ClaimsRequest
from idp.protocol.facts import ClientFacts, ConsentFacts, LocalLogin, Profile, SessionFacts
from idp.protocol.next_step import Consent, Issue, Refuse, SignIn
from idp.protocol.profiles import PROFILES
from idp.protocol.scopes import CLAIM_SCOPE, SCOPES, LegalBasis
from tests import make
from tests.protocol.authorization import Surroundings, decide

often = settings(max_examples=200)


def _subsets(of: Iterable[str]) -> st.SearchStrategy[frozenset[str]]:
    """Any of these, drawn as one number, which is much quicker than a set."""
    names = sorted(of)
    return st.integers(0, 2 ** len(names) - 1).map(
        lambda bits: frozenset(name for place, name in enumerate(names) if bits >> place & 1)
    )


_levels = st.sampled_from(Acr)
_scopes = _subsets(SCOPES)
_single = st.just(frozenset[str]()).map(tuple) | _subsets(CLAIM_SCOPE.keys() - {"sub"}).map(tuple)
_subjects = st.none() | st.sampled_from(["a", "b"])
_seconds = st.integers(-120, 120).map(lambda seconds: timedelta(seconds=seconds))

clients = st.builds(
    make.client,
    profile=st.sampled_from([Profile.OIDC, Profile.CITY]),
    default_acr=st.none() | _levels,
    local_login=st.sampled_from(LocalLogin),
    accept_degraded=st.booleans(),
    scopes=_scopes.map(lambda names: frozenset({"openid", *names})),
    legal_basis=st.tuples(_scopes, st.sampled_from(LegalBasis)).map(lambda pair: dict.fromkeys(*pair)),
)
prompts = st.just(frozenset[str]()) | st.just(frozenset({"none"})) | _subsets(PROMPTS - {"none"})
requests = st.builds(
    lambda **changes: replace(make.request(), **changes),
    scopes=_scopes.map(lambda names: ("openid", *sorted(names - {"openid"}))),
    prompt=prompts,
    max_age=st.none() | st.integers(0, 200),
    acr_values=st.just(()) | st.tuples(_levels) | st.tuples(_levels, _levels),
    acr_essential=st.booleans(),
    claims=st.builds(ClaimsRequest, userinfo=_single, id_token=_single),
    expected_sub=_subjects,
)
sessions = st.builds(
    make.session_facts,
    auth_time=_seconds.map(lambda seconds: make.NOW + seconds),
    acr=_levels | st.just(Acr.HIGH),
    idp=st.sampled_from(["national", "haiphong"]),
    degraded=st.booleans(),
).map(lambda one: one if one.idp == "haiphong" else replace(one, degraded=False))
consents = st.builds(
    lambda granted, declined: make.consent_facts(*granted, declined=tuple(declined)),
    _scopes | st.just(frozenset(SCOPES)),
    _scopes,
)
worlds = st.builds(
    Surroundings,
    client=clients,
    session=sessions | st.none(),
    subject=_subjects,
    consent=consents,
    consent_given_now=st.booleans(),
    upstream_down=st.booleans(),
)


def _is_fresh(request: AuthorizationRequest, session: SessionFacts) -> bool:
    return session.auth_time >= request.started_at


def _needs_word(scope: str, client: ClientFacts) -> bool:
    """Whether the person must have been told or asked."""
    entry = SCOPES[scope]
    basis = client.legal_basis.get(scope, entry.default_basis)
    return scope != "openid" and (entry.claims != () or basis is LegalBasis.CONSENT)


def _opened(request: AuthorizationRequest, client: ClientFacts) -> set[str]:
    """Every registered scope that this request would open, wholly or by a single claim."""
    single = {CLAIM_SCOPE[name].name for name in (*request.claims.userinfo, *request.claims.id_token)}
    return ({*request.scopes} | single) & client.scopes


@often
@given(requests, worlds, _seconds)
def test_it_always_ends_and_asks_no_fact_twice(
    request: AuthorizationRequest, world: Surroundings, later: timedelta
) -> None:
    _, asked = decide(request, world, now=make.NOW + later)
    assert len(asked) == len(set(asked)) <= 3


@often
@given(requests, worlds, _seconds)
def test_silence_is_kept_and_only_silence_is_refused(
    request: AuthorizationRequest, world: Surroundings, later: timedelta
) -> None:  # Core §3.1.2.1 prompt=none; PROTOCOL rule 3
    step, _ = decide(request, world, now=make.NOW + later)
    assert isinstance(step, Issue | Refuse if request.is_silent else Issue | SignIn | Consent)
    if isinstance(step, Refuse):
        assert step.error.error in {"login_required", "consent_required"}


@often
@given(requests, worlds, _seconds)
def test_nothing_is_issued_while_the_person_must_sign_in(
    request: AuthorizationRequest, world: Surroundings, later: timedelta
) -> None:
    now = make.NOW + later
    step, _ = decide(request, world, now=now)
    if not isinstance(step, Issue):
        return
    session, client = world.session, world.client
    assert session is not None
    assert step.session == session
    fresh = _is_fresh(request, session)
    if session.idp == "haiphong":  # DESIGN 5.16
        assert client.local_login is LocalLogin.LOW or (
            client.local_login is LocalLogin.DEGRADED and world.upstream_down and session.degraded
        )
    if request.prompt & {"login", "select_account", "create"}:
        assert fresh
    if request.max_age is not None:
        assert fresh or now - session.auth_time <= timedelta(seconds=request.max_age)
    assert request.expected_sub in {None, world.subject}


@often
@given(requests, worlds)
def test_no_level_is_claimed_or_missed(request: AuthorizationRequest, world: Surroundings) -> None:
    step, _ = decide(request, world)
    if not isinstance(step, Issue):
        return
    session, client = step.session, world.client
    assert step.acr.rank <= session.acr.rank, "never raised"
    if session.idp == "haiphong":
        stands_in = session.degraded and world.upstream_down and client.accept_degraded
        assert step.acr is Acr.LOW or (stands_in and step.acr is not Acr.HIGH)
    assert not (session.degraded and "offline_access" in step.scopes)
    for scope in _opened(request, client):
        assert step.acr.rank >= SCOPES[scope].minimum_acr.rank
    rules = PROFILES[client.profile]
    if rules.acr_values_bind or request.acr_essential or not _is_fresh(request, session):
        wanted = request.acr_values or (client.default_acr or rules.default_acr,)
        assert step.acr.rank >= min(level.rank for level in wanted)


@often
@given(requests, worlds)
@example(
    replace(make.request(), claims=ClaimsRequest(userinfo=("vn_id_number",))),
    Surroundings(consent=make.consent_facts("profile", "vn.id_number")),
)
def test_nothing_is_given_that_was_not_registered_asked_and_settled(
    request: AuthorizationRequest, world: Surroundings
) -> None:  # Core §3.1.2.4, §5.5
    step, _ = decide(request, world)
    if not isinstance(step, Issue):
        return
    client, consent = world.client, world.consent
    if "consent" in request.prompt:
        assert world.consent_given_now
    assert step.scopes <= {*request.scopes} & client.scopes
    assert {*step.userinfo_claims} <= {*request.claims.userinfo}
    assert {*step.id_token_claims} <= {*request.claims.id_token}
    given_now = step.scopes | {
        CLAIM_SCOPE[name].name for name in (*step.userinfo_claims, *step.id_token_claims)
    }
    assert given_now <= client.scopes
    assert {scope for scope in given_now if _needs_word(scope, client)} <= consent.granted
    assert {scope for scope in _opened(request, client) if _needs_word(scope, client)} <= consent.scopes


@often
@given(requests, worlds)
def test_who_does_what_each_page_asks_arrives(request: AuthorizationRequest, world: Surroundings) -> None:
    if request.is_silent:
        return
    now = make.NOW
    for _ in range(3):
        now += 10 * make.MINUTE
        step, _ = decide(request, world, now=now)
        match step:
            case SignIn():
                session = make.session_facts(auth_time=now, acr=Acr.HIGH)
                world = replace(world, session=session, subject=request.expected_sub)
            case Consent(scopes=scopes):
                settled = ConsentFacts(
                    scopes=world.consent.scopes.union(scopes), granted=world.consent.granted.union(scopes)
                )
                world = replace(world, consent=settled, consent_given_now=True)
            case _:
                break
    assert isinstance(decide(request, world, now=now)[0], Issue), "at most one sign-in and one consent"
