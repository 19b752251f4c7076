"""Object mothers: one valid value of each kind, changed by keyword. Pure, and the same at every call.

A test names only what it is about: `make.client(profile=Profile.OIDC)`, `make.request(prompt="none")`.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from idp.ids import ClientId, Gid, GrantId, PersonId, Sid
from idp.people.model import Address, Person, PersonProfile, PersonStatus
from idp.protocol.assurance import Acr
from idp.protocol.authorization_request import AuthorizationRequest, check, parse, redirect_uri_of
from idp.protocol.facts import ClientFacts, CodeFacts, ConsentFacts, GrantFacts, Profile, SessionFacts

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

ISSUER = "https://id.example"
REDIRECT_URI = "https://portal.example/callback"
CODE_VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CODE_CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
PERSON_ID = PersonId("5b0c6f0e-6f2a-4d0e-9a53-0d6a1c2b7e41")


def client(**changes: Any) -> ClientFacts:
    """A confidential client of profile city with two scopes."""
    facts = ClientFacts(
        client_id=ClientId("portal"),
        name="Cổng thử nghiệm",
        name_en="Test portal",
        agency="Sở Thử nghiệm",
        profile=Profile.CITY,
        enabled=True,
        sector="portal",
        redirect_uris=(REDIRECT_URI,),
        post_logout_redirect_uris=("https://portal.example/signed-out",),
        scopes=frozenset({"openid", "profile"}),
    )
    return replace(facts, **changes)


def public_client(**changes: Any) -> ClientFacts:
    """A client without credentials."""
    return client(**{"token_endpoint_auth_method": "none", **changes})


def authorization_parameters(**changes: str | None) -> dict[str, str]:
    """The parameters of a request `client()` may make; None leaves one out."""
    parameters: dict[str, str | None] = {
        "response_type": "code",
        "client_id": "portal",
        "redirect_uri": REDIRECT_URI,
        "scope": "openid profile",
        "state": "af0ifjsldkj",
        "nonce": "n-0S6_WzA2Mj",
        "code_challenge": CODE_CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    return {name: value for name, value in parameters.items() if value is not None}


def request(
    of: ClientFacts | None = None,
    *,
    hinted_sub: str | None = None,
    now: datetime = NOW,
    **changes: str | None,
) -> AuthorizationRequest:
    """A checked request, made from parameters as a relying party would send them."""
    raw = parse(authorization_parameters(**changes).items())
    return check(
        raw,
        of or client(),
        redirect_uri=redirect_uri_of(raw),
        hinted_sub=hinted_sub,
        iss=ISSUER,
        now=now,
    )


def session_facts(**changes: Any) -> SessionFacts:
    """A session of the national system, substantial, begun a minute ago."""
    session = SessionFacts(
        sid="session-1",
        person_id=PERSON_ID,
        auth_time=NOW - MINUTE,
        acr=Acr.SUBSTANTIAL,
        amr=("pwd", "otp"),
        ial=2,
        idp="national",
    )
    return replace(session, **changes)


def consent_facts(*granted: str, declined: tuple[str, ...] = ()) -> ConsentFacts:
    """What the person has settled: told of or agreed to, and declined."""
    return ConsentFacts(scopes=frozenset((*granted, *declined)), granted=frozenset(granted))


def person(**changes: Any) -> Person:
    """A person of level 02 with a name and nothing else known."""
    one = Person(
        person_id=PERSON_ID,
        status=PersonStatus.ACTIVE,
        account_level=2,
        commune_code="11383",
        birth_year=1984,
        profile=PersonProfile(full_name="Nguyễn Thị Hương"),
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(one, **changes)


def full_profile(**changes: Any) -> PersonProfile:
    """A profile with every field filled."""
    profile = PersonProfile(
        full_name="Nguyễn Thị Hương",
        family_name="Nguyễn",
        middle_name="Thị",
        given_name="Hương",
        nickname="Hương Cảng",
        preferred_username="huongcang",
        profile_page="https://huong.example/about",
        picture="https://huong.example/me.png",
        website="https://huong.example/",
        gender="female",
        birthdate="1984-03-14",
        personal_id="031184012456",
        phone="+84539900001",
        phone_verified=True,
        email="huong@example.vn",
        email_verified=True,
        address=Address(ward_code="11383", detail="số 16", formatted="số 16, phường Lê Chân, Hải Phòng"),
    )
    return replace(profile, **changes)


def grant(**changes: Any) -> GrantFacts:
    """A live grant of `client()` and `person()`."""
    one = GrantFacts(
        grant_id=GrantId("grant-1"),
        gid=Gid("gid-1"),
        client_id=ClientId("portal"),
        person_id=PERSON_ID,
        sid=Sid("sid-1"),
        scopes=frozenset({"openid", "profile"}),
        audience=ISSUER,
        auth_time=NOW - MINUTE,
        acr=Acr.SUBSTANTIAL,
        amr=("pwd", "otp"),
        ial=2,
        idp="national",
        sub="sub-of-portal",
    )
    return replace(one, **changes)


def code_facts(**changes: Any) -> CodeFacts:
    """An unspent code of that grant, good for another minute."""
    code = CodeFacts(
        grant=grant(),
        client_id=ClientId("portal"),
        redirect_uri=REDIRECT_URI,
        code_challenge=CODE_CHALLENGE,
        nonce="n-0S6_WzA2Mj",
        expires_at=NOW + MINUTE,
        spent_at=None,
        scopes=frozenset({"openid", "profile"}),
    )
    return replace(code, **changes)
