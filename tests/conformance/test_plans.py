"""The plan configurations fit what is registered, what our pages hold, and how the provider answers."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from idp.cli.certification_clients import SUITE, secret_of, static_clients
from idp.protocol.front_channel import offered_response_types
from idp.protocol.registration import check_registration
from tests.conformance.certified import Outside
from tests.conformance.expected import expected_files
from tests.conformance.plan import Plan
from tests.conformance.plan_files import FOLDER, ISSUER, PLANS, configuration, files
from tests.conformance.web_runner import RuleFailed, WebRunner, address, matches
from tests.processes import ROOT

OFFERED = offered_response_types(in_front=True)
CLIENTS = {str(client.facts.client_id): client for client in static_clients(SUITE)}
STATIC = [plan for plan in PLANS if not plan.is_dynamic]
LOGOUTS = [plan for plan in STATIC if "post_logout_redirect" in str(plan.rules(ISSUER, plan.alias))]
GROUPS = {
    "oidcc-basic": 2,
    "oidcc-formpost-basic": 2,
    "oidcc-config": 1,
    "oidcc-dynamic": 1,
    "oidcc-3rdparty-init-login": 1,
    "oidcc-rp-initiated-logout": 2,
    "oidcc-backchannel-rp-initiated-logout": 2,
    "oidcc-frontchannel-rp-initiated-logout": 2,
    "oidcc-session-management": 2,
    "oidcc-implicit": 2,
    "oidcc-formpost-implicit": 1,
}
"""The plans of the first two groups, and of the fourth what needs no more; and how many variants each is run with."""


def test_the_files_are_what_the_plans_say() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}

    assert written == dict(files())


def test_what_the_suite_is_told_to_expect_is_explained() -> None:
    explained = (ROOT / "docs" / "reference" / "conformance.md").read_text(encoding="utf-8")

    for _, text in expected_files():
        for entry in json.loads(text):
            assert f"`{entry['test-name'].rstrip('*')}" in explained
            assert "condition" not in entry or f"`{entry['condition']}`" in explained


def test_every_plan_of_the_first_two_groups_has_a_configuration_a_variant() -> None:
    suffix = "-certification-test-plan"

    assert {name: sum(plan.test_plan == name + suffix for plan in PLANS) for name in GROUPS} == GROUPS
    assert len({plan.alias for plan in PLANS}) == len(PLANS)


@pytest.mark.parametrize("plan", STATIC, ids=lambda plan: plan.name)
def test_the_clients_a_plan_names_are_those_that_are_seeded(plan: Plan) -> None:
    given: dict[str, Any] = configuration(plan, issuer=ISSUER)

    for place in plan.clients:
        client = CLIENTS[given[place]["client_id"]]
        assert client.secret == given[place]["client_secret"]
        assert client.facts.redirect_uris == (f"{SUITE}/test/a/{plan.alias}/callback",)
        assert client.facts.post_logout_redirect_uris == (
            f"{SUITE}/test/a/{plan.alias}/post_logout_redirect",
        )


def test_every_seeded_client_is_named_by_a_plan() -> None:
    named = {plan.alias + suffix for plan in STATIC for suffix in plan.clients.values()}

    assert named == set(CLIENTS)


@pytest.mark.parametrize("client_id", CLIENTS)
def test_a_seeded_client_is_one_that_may_be_registered(client_id: str) -> None:
    client = CLIENTS[client_id]

    assert check_registration(client.facts, response_types=OFFERED) == client.facts
    assert len(secret_of(client_id)) >= 32


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_the_rules_of_a_plan_cover_where_the_suite_sends_the_browser(plan: Plan) -> None:
    given: dict[str, Any] = configuration(plan, issuer=ISSUER)
    sets = [given["browser"], *(override["browser"] for override in given["override"].values())]

    for rules in sets:
        if plan.name == "config":
            assert rules == []
            continue
        assert any(matches(rule["match"], f"{ISSUER}/authorize?client_id=x") for rule in rules)
        for rule in rules:
            assert {urlsplit(rule["match"]).netloc} <= {urlsplit(ISSUER).netloc, ""}


def _rules(plan: Plan, op: Outside, module: str = "") -> list[dict[str, Any]]:
    given: dict[str, Any] = json.loads(json.dumps(configuration(plan, issuer=op.issuer)))
    return list(given["override"][module]["browser"] if module else given["browser"])


def _plan(name: str) -> Plan:
    (plan,) = [plan for plan in PLANS if plan.name == name]
    return plan


@pytest.mark.network
@pytest.mark.timeout(300)
@pytest.mark.parametrize("plan", STATIC, ids=lambda plan: plan.name)
async def test_the_rules_lead_through_sign_in_to_the_relying_party(op: Outside, plan: Plan) -> None:
    mode = {"response_mode": "form_post"} if "formpost" in plan.name else {}
    mode |= {"response_type": "id_token"} if "implicit" in plan.name else {}
    rp = op.relying_party(plan.alias, scope="openid profile email phone address")
    runner = WebRunner(op.browser(), _rules(plan, op))

    for prompt in ({}, {"prompt": "none"}):
        page = await runner.go(op.issuer + rp.authorize_url(**mode, **prompt))

        assert address(page).startswith(rp.redirect_uri)
        assert "error" not in address(page)


@pytest.mark.network
@pytest.mark.timeout(300)
@pytest.mark.parametrize("module", ["oidcc-prompt-login", "oidcc-max-age-1"])
async def test_the_second_sign_in_has_its_picture(op: Outside, module: str) -> None:
    rp = op.relying_party()
    runner = WebRunner(op.browser(), _rules(_plan("basic-static"), op, module))

    await runner.go(op.issuer + rp.authorize_url())
    await runner.go(op.issuer + rp.authorize_url(prompt="login"))

    assert len(runner.pictures) == 2
    assert all("/sign-in/password" in picture for picture in runner.pictures)


@pytest.mark.network
@pytest.mark.timeout(300)
async def test_an_address_that_is_not_registered_has_a_picture_of_the_error_page(op: Outside) -> None:
    rp = op.relying_party()
    runner = WebRunner(
        op.browser(), _rules(_plan("basic-static"), op, "oidcc-ensure-registered-redirect-uri")
    )

    page = await runner.go(op.issuer + rp.authorize_url(redirect_uri=f"{rp.redirect_uri}/other"))

    assert page.left_for is None
    assert len(runner.pictures) == 1


@pytest.mark.network
@pytest.mark.timeout(300)
@pytest.mark.parametrize("plan", LOGOUTS, ids=lambda plan: plan.name)
async def test_signing_out_at_a_relying_party_s_request_ends_there(op: Outside, plan: Plan) -> None:
    rp = op.relying_party(plan.alias)
    runner = WebRunner(op.browser(), _rules(plan, op))
    code = (await runner.go(op.issuer + rp.authorize_url())).answer["code"]
    hint = (await rp.redeem(op.http, code)).json()["id_token"]
    back = f"{op.suite.url}/test/a/{plan.alias}/post_logout_redirect"

    page = await runner.go(
        f"{op.issuer}/end_session?id_token_hint={hint}&post_logout_redirect_uri={back}&state=s"
    )

    assert address(page) == f"{back}?state=s"
    silent = await runner.go(op.issuer + rp.authorize_url(prompt="none"))
    assert silent.answer["error"] == "login_required"


@pytest.mark.network
@pytest.mark.timeout(300)
@pytest.mark.parametrize("case", ["no-params", "only-state", "no-post-logout-redirect-uri"])
async def test_signing_out_alone_has_its_picture(op: Outside, case: str) -> None:
    plan = _plan("rp-initiated-logout-static")
    rp = op.relying_party(plan.alias)
    runner = WebRunner(op.browser(), _rules(plan, op, f"oidcc-rp-initiated-logout-{case}"))
    code = (await runner.go(op.issuer + rp.authorize_url())).answer["code"]
    hint = (await rp.redeem(op.http, code)).json()["id_token"]
    query = {"no-params": "", "only-state": "?state=s"}.get(case, f"?id_token_hint={hint}&state=s")

    page = await runner.go(f"{op.issuer}/end_session{query}")

    assert address(page).startswith(f"{op.issuer}/signed-out")
    assert len(runner.pictures) == 1


@pytest.mark.network
@pytest.mark.timeout(300)
@pytest.mark.parametrize("case", ["bad-post-logout-redirect-uri", "no-id-token-hint", "bad-id-token-hint"])
async def test_a_sign_out_that_is_wrong_has_a_picture_of_the_error_page(op: Outside, case: str) -> None:
    plan = _plan("rp-initiated-logout-static")
    rp = op.relying_party(plan.alias)
    runner = WebRunner(op.browser(), _rules(plan, op, f"oidcc-rp-initiated-logout-{case}"))
    code = (await runner.go(op.issuer + rp.authorize_url())).answer["code"]
    hint = (await rp.redeem(op.http, code)).json()["id_token"]
    back = f"{op.suite.url}/test/a/{plan.alias}/post_logout_redirect"
    query = {
        "bad-post-logout-redirect-uri": f"id_token_hint={hint}&post_logout_redirect_uri={back}/bad",
        "no-id-token-hint": f"post_logout_redirect_uri={back}",
        "bad-id-token-hint": f"id_token_hint={hint[:-4]}AAAA&post_logout_redirect_uri={back}",
    }[case]

    page = await runner.go(f"{op.issuer}/end_session?{query}&state=s")

    assert "error" in page.ids
    assert len(runner.pictures) == 1


async def test_a_rule_for_an_element_that_is_not_there_fails() -> None:
    runner = WebRunner(None, [])  # type: ignore[arg-type]

    with pytest.raises(RuleFailed, match="no rule for"):
        await runner.go("https://elsewhere.test/")
