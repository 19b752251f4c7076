"""Each persona signs in, over HTTP through provider and national system, and gets what personas.yaml says.

DOMAIN §5.5. What a token must say besides follows from the persona's record and from the token profile: the claims of
their scopes and of their context, and no others. Without relying parties and pictures: test_for_whom.py has those.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from demo.city.cast import the_cast
from demo.city.personas import Persona, document, load
from demo.run.demo_secrets import load_or_make
from demo.run.options import ROOT, Options
from demo.run.services import NATIONAL, PROVIDER
from federation.national_mock.words import WORDS
from tests.journeys.persona_walk import ACR, Choices, Service, Walk, services
from tests.journeys.stack import start_forked_stack

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]

ROWS: dict[str, dict[str, Any]] = {row["slug"]: row for row in document()["personas"]}
PEOPLE = {person.key: person for person in the_cast().people}
BY_NAME = {person.full_name: person for person in the_cast().people}
ORGANISATIONS = {one.name: one for one in the_cast().organisations}
CASES = [(persona, name) for persona in load() for name in persona.expects]
SCHEMA = json.loads((ROOT / "docs" / "reference" / "schemas" / "id_token.json").read_text(encoding="utf-8"))
ACTING = {"ctx", "org", "mandate", "post", "act"}


@pytest.fixture(scope="module")
def demo(
    tmp_path_factory: pytest.TempPathFactory, seed: Path
) -> Iterator[tuple[Options, dict[str, Service]]]:
    """The provider and the national system of the demo, without its relying parties."""
    state = tmp_path_factory.mktemp("personas") / "demo"
    stack = start_forked_stack(state, seed, only=(NATIONAL, PROVIDER))
    yield stack.options, services(stack.options, load_or_make(state / "demo-secrets.json"))
    stack.stop()


def test_every_persona_but_the_kiosk_says_what_is_expected() -> None:
    unsaid = {persona.slug for persona in load() if not persona.expects}
    assert unsaid == {"kiosk"}, "a device needs the device flow"


@pytest.mark.parametrize(("persona", "name"), CASES, ids=lambda case: getattr(case, "slug", case))
def test_a_persona_gets_what_is_written(
    demo: tuple[Options, dict[str, Service]], persona: Persona, name: str
) -> None:
    options, known = demo
    expected = persona.expects[name]
    with Walk(options=options, persona=persona, service=known[name]) as walk:
        check(walk, name, expected)


def check(walk: Walk, name: str, expected: Mapping[str, Any]) -> None:
    walk.ask(**({} if name == "egov" else {"ctx_hint": "person"}))
    walk.prove()
    if "refused" in expected:
        assert how_refused(walk) == expected["refused"]
        return
    if name == "egov":
        check_posts(walk, expected)
        return
    walk.agree()
    said, told = walk.redeem()
    check_common(said, expected)
    assert ACTING & said.keys() == {"ctx"}
    assert said["ctx"] == "person"
    check_person(told, walk.persona.slug, name)
    walk.ask(ctx_hint="choose")
    check_choices(walk.choices(), expected)
    if expected.get("acts_for"):
        check_acting(walk, walk.persona, expected["acts_for"][-1])


def how_refused(walk: Walk) -> str:
    """Return by which word of personas.yaml this is a refusal."""
    assert walk.page is not None, f"let in: {walk.answer}"
    page = walk.page
    if "refusal" in page:
        said = page.text("refusal")
        return next(
            key.removeprefix("refused.")
            for key, (vi, _en) in WORDS.items()
            if key.startswith("refused.") and vi == said
        )
    if walk.at("error"):
        return page.elements["error"].attributes["data-case"]
    if walk.at("step-up") or walk.at("sign-in"):  # what they proved is not enough: back to the service
        assert "error" in page
        walk.press("cancel")
        return walk.answer["error"]
    assert "national-password" in page, "asked again: nobody has this number and password"
    return "no-account"


def check_common(said: dict[str, Any], expected: Mapping[str, Any]) -> None:
    """An ID token holds what the profile requires and nothing it does not know, at the level that is written."""
    assert set(SCHEMA["required"]) <= said.keys() <= set(SCHEMA["properties"])
    assert (said["acr"], said["ial"]) == (ACR + expected["acr"], expected["ial"])


def check_person(told: dict[str, Any], slug: str, name: str) -> None:
    """Userinfo gives the record of the register and only what the scopes open."""
    person = PEOPLE[slug]
    if name in {
        "smart",
        "data-store",
    }:  # the name needs consent there, and nothing was ticked; it asks for none here
        assert told.keys() == {"sub"}
        return
    born = person.birth_date.isoformat() if person.birth_date else str(person.birth_year)
    number = {"vn_id_number": person.personal_id} if name == "portal" else {}
    wanted = {"name": person.full_name, "gender": person.sex, "birthdate": born, **number}
    assert wanted.items() <= told.items()
    assert {"phone_number", "email", "address"}.isdisjoint(told)


def check_choices(choices: Choices, expected: Mapping[str, Any]) -> None:
    others = list(choices.usable)[1:]
    if "offered" in expected:
        assert len(others) + len(choices.blocked) + choices.beyond == expected["offered"]
        return
    assert sorted(others) == sorted(expected.get("acts_for", ()))
    assert choices.blocked == expected.get("blocked", [])


def check_acting(walk: Walk, persona: Persona, name: str) -> None:
    """Take a choice: the token names it, and userinfo is about whom `sub` names."""
    walk.press("submit", {"principal": walk.choices().usable[name]})
    walk.agree()
    said, told = walk.redeem()
    if name not in ORGANISATIONS:
        assert ACTING & said.keys() == {"ctx", "mandate", "act"}
        assert (said["ctx"], said["mandate"]["role"], told["name"]) == ("ward", "parent", name)
        assert said["act"]["sub"] != said["sub"] == told["sub"]
        assert told["vn_id_number"] == BY_NAME[name].personal_id
        return
    organisation = ORGANISATIONS[name]
    assert ACTING & said.keys() == {"ctx", "org", "mandate"}
    is_dissolved = organisation.status == "dissolved"
    assert said["ctx"] == ("archive" if is_dissolved else "organisation")
    assert is_dissolved or told["name"] == PEOPLE[persona.slug].full_name
    assert (said["org"]["name"], said["org"]["status"]) == (name, organisation.status)
    is_open = organisation.scheme != "personal-id"
    assert said["org"].get("identifier") == (organisation.identifier if is_open else None)
    if is_dissolved:
        assert (said["mandate"]["role"], said["mandate"]["source"]) == ("archive", "register")
        assert "exp" in said["mandate"]
        return
    check_power(said["mandate"], persona, organisation.key)


def check_power(mandate: dict[str, Any], persona: Persona, key: str) -> None:
    appointed = [
        one for one in document()["mandates"] if (one["principal"], one["delegate"]) == (key, persona.slug)
    ]
    if not appointed:
        assert (mandate["role"], mandate["source"]) == ("representative", "register")
        assert "services" not in mandate
        return
    (one,) = appointed
    assert (mandate["role"], mandate["source"]) == (one["role"], "appointed")
    assert mandate.get("services", []) == list(one.get("services", ()))
    assert "exp" in mandate


def check_posts(walk: Walk, expected: Mapping[str, Any]) -> None:
    """Each post that is held can be taken, and the token names that one."""
    posts = ROWS[walk.persona.slug]["official"]["posts"]
    named: dict[tuple[str, str], list[str]] = {}
    for number in range(len(posts)):
        if number:
            walk.ask(ctx_hint="choose")
        if len(posts) > 1:
            choice = list(walk.choices().usable.values())[number]
            walk.press("submit", {"principal": choice})
        walk.agree()
        said, told = walk.redeem()
        check_common(said, expected)
        assert ACTING & said.keys() == {"ctx", "post"}
        assert (said["ctx"], told["agency"]) == ("official", said["post"]["agency"])
        assert told["name"] == PEOPLE[walk.persona.slug].full_name
        assert "vn_id_number" not in told
        place = said["post"].get("commune", "") or said["post"]["agency"]
        named[place, told["position"]] = said["post"]["roles"]
    assert named == {(post.get("ward") or post["agency"], post["position"]): post["roles"] for post in posts}
