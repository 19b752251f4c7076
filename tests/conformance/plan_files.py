"""The suite's plan configurations: one a plan and variant, written to tests/conformance/plans/.

`python -m tests.conformance.plan_files [--issuer URL] [--into FOLDER]` writes them anew, for another address of the
provider if so told. The clients are those that `hpid demo certification` registers; a test compares files, seed and
pages.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from idp.cli.certification_clients import secret_of
from idp.cli.certification_person import USERNAME
from tests.conformance.assurance_plans import ASSURANCE_PLANS
from tests.conformance.browser_rules import (
    Rule,
    picture_of,
    picture_rules,
    session_rules,
    sign_in_rules,
    sign_out_rules,
    signed_out_rules,
)
from tests.conformance.expected import expected_files
from tests.conformance.plan import DYNAMIC, Plan

ISSUER = "https://op.test:9443"
FOLDER = Path(__file__).parent / "plans"
_REFRESH_DELAY = 60
"""Seconds the suite waits after it has changed its keys; ours are asked for again sooner."""
UNKNOWN_TO_THE_SUITE = ("ctx_hints_supported", "verified_claims_supported")
"""Members of our metadata that its schema lacks: one of ours (Discovery §3 allows them), one of Identity Assurance §6."""
_ERROR_PAGES = (
    "oidcc-ensure-registered-redirect-uri",
    "oidcc-ensure-redirect-uri-in-authorization-request",
    "oidcc-redirect-uri-query-added",
    "oidcc-redirect-uri-query-mismatch",
)
_LOGIN_PAGES = (
    "oidcc-registration-logo-uri",
    "oidcc-registration-policy-uri",
    "oidcc-registration-tos-uri",
)
_SECOND_LOGINS = ("oidcc-prompt-login", "oidcc-max-age-1")
_LOGOUT = "oidcc-rp-initiated-logout"
_NO_LOGOUT = (
    "bad-post-logout-redirect-uri",
    "query-added-to-post-logout-redirect-uri",
    "modified-id-token-hint",
    "bad-id-token-hint",
    "no-id-token-hint",
)
_LOGOUT_ALONE = ("no-params", "only-state", "no-post-logout-redirect-uri")


def _code(issuer: str, alias: str) -> list[Rule]:
    return [sign_in_rules(issuer, alias)]


def _logout(issuer: str, alias: str) -> list[Rule]:
    return [sign_in_rules(issuer, alias), sign_out_rules(issuer, alias)]


def _code_overrides(issuer: str, alias: str) -> dict[str, list[Rule]]:
    again = sign_in_rules(issuer, alias, first_page=[picture_of("title", optional=True)])
    return {
        **{module: [picture_rules(issuer, "/authorize", "error")] for module in _ERROR_PAGES},
        **{module: [picture_rules(issuer, "/authorize", "rp-name")] for module in _LOGIN_PAGES},
        **{module: [again] for module in _SECOND_LOGINS},
    }


def _logout_overrides(issuer: str, alias: str) -> dict[str, list[Rule]]:
    sign_in = sign_in_rules(issuer, alias)
    refused, alone = picture_rules(issuer, "/end_session", "error"), signed_out_rules(issuer)
    return {
        **{f"{_LOGOUT}-{case}": [sign_in, refused] for case in _NO_LOGOUT},
        **{f"{_LOGOUT}-{case}": [sign_in, alone] for case in _LOGOUT_ALONE},
    }


def _session(issuer: str, alias: str) -> list[Rule]:
    return [*_logout(issuer, alias), session_rules(alias)]


def _no_rules(_issuer: str, _alias: str) -> list[Rule]:
    return []


_STATIC = {"server_metadata": "discovery", "client_registration": "static_client"}
_LOGOUT_STATIC = {"response_type": "code", "client_registration": "static_client"}
_LOGOUT_DYNAMIC = {"response_type": "code", "client_registration": "dynamic_client"}
_THREE = {"client": "", "client2": "-2", "client_secret_post": "-post"}
_TWO = {"client": "", "client2": "-2"}
_ONE = {"client": ""}
_HYBRID = {
    "client_auth_type": "client_secret_basic",
    "response_type": "code id_token",
    "response_mode": "default",
    "client_registration": "dynamic_client",
}
"""The suite's plan Hybrid OP also wants a code and an access token at once; this is its other part."""


def _pair(
    name: str,
    test_plan: str,
    *,
    variants: tuple[Mapping[str, str], Mapping[str, str]],
    clients: Mapping[str, str],
    rules: Callable[[str, str], list[Rule]],
    overrides: Callable[[str, str], dict[str, list[Rule]]] = lambda _issuer, _alias: {},
) -> tuple[Plan, Plan]:
    """Return a plan with clients of ours, and with clients that the suite registers."""
    static = Plan(
        name=f"{name}-static",
        test_plan=f"{test_plan}-certification-test-plan",
        alias=f"hpid-{name}",
        variants=variants[0],
        clients=clients,
        rules=rules,
        overrides=overrides,
    )
    dynamic = replace(
        static,
        name=f"{name}-dynamic",
        alias=f"hpid-{name}-dynamic",
        variants=variants[1],
        clients={},
    )
    return static, dynamic


_ALWAYS = (_STATIC, DYNAMIC)
_LOGOUTS = (_LOGOUT_STATIC, _LOGOUT_DYNAMIC)

PLANS: tuple[Plan, ...] = (
    *_pair("basic", "oidcc-basic", variants=_ALWAYS, clients=_THREE, rules=_code, overrides=_code_overrides),
    *_pair(
        "formpost-basic",
        "oidcc-formpost-basic",
        variants=_ALWAYS,
        clients=_THREE,
        rules=_code,
        overrides=_code_overrides,
    ),
    Plan(
        name="config",
        test_plan="oidcc-config-certification-test-plan",
        alias="hpid-config",
        variants={},
        rules=_no_rules,
    ),
    Plan(
        name="dynamic",
        test_plan="oidcc-dynamic-certification-test-plan",
        alias="hpid-dynamic",
        variants={"response_type": "code"},
        rules=_code,
        overrides=_code_overrides,
    ),
    Plan(
        name="3rdparty-init-login",
        test_plan="oidcc-3rdparty-init-login-certification-test-plan",
        alias="hpid-3rdparty-init-login",
        variants={"response_type": "code"},
        rules=_code,
    ),
    *_pair(
        "rp-initiated-logout",
        "oidcc-rp-initiated-logout",
        variants=_LOGOUTS,
        clients=_ONE,
        rules=_logout,
        overrides=_logout_overrides,
    ),
    *_pair(
        "backchannel-logout",
        "oidcc-backchannel-rp-initiated-logout",
        variants=_LOGOUTS,
        clients=_ONE,
        rules=_logout,
    ),
    *_pair(
        "frontchannel-logout",
        "oidcc-frontchannel-rp-initiated-logout",
        variants=_LOGOUTS,
        clients=_ONE,
        rules=_logout,
    ),
    *_pair(
        "session-management",
        "oidcc-session-management",
        variants=_LOGOUTS,
        clients=_ONE,
        rules=_session,
    ),
    *_pair(
        "implicit",
        "oidcc-implicit",
        variants=_ALWAYS,
        clients=_ONE,
        rules=_code,
        overrides=_code_overrides,
    ),
    *(
        replace(plan, test_plan="oidcc-test-plan")
        for plan in _pair(
            "hybrid",
            "",
            variants=(_HYBRID | {"client_registration": "static_client"}, _HYBRID),
            clients=_TWO,
            rules=_code,
            overrides=_code_overrides,
        )
    ),
    Plan(
        name="formpost-implicit-dynamic",
        test_plan="oidcc-formpost-implicit-certification-test-plan",
        alias="hpid-formpost-implicit-dynamic",
        variants=DYNAMIC,
        rules=_code,
        overrides=_code_overrides,
    ),
    Plan(
        name="formpost-hybrid-dynamic",
        test_plan="oidcc-test-plan",
        alias="hpid-formpost-hybrid-dynamic",
        variants=_HYBRID | {"response_mode": "form_post"},
        rules=_code,
        overrides=_code_overrides,
    ),
    *ASSURANCE_PLANS,
)


def configuration(plan: Plan, *, issuer: str) -> dict[str, object]:
    """Return what the suite is given for a plan."""
    clients: dict[str, dict[str, str]] = {
        place: {"client_id": plan.alias + suffix, "client_secret": secret_of(plan.alias + suffix)}
        for place, suffix in plan.clients.items()
    }
    if plan.is_dynamic:
        names = {"client": plan.alias, "client2": f"{plan.alias}-2"}
        clients = {place: {"client_name": name} for place, name in names.items()}
    return {
        "alias": plan.alias,
        "description": f"Hải Phòng ID: {plan.with_variants}",
        "server": {
            "discoveryUrl": f"{issuer}/.well-known/openid-configuration",
            "login_hint": USERNAME,
            "jwks_refresh_delay": _REFRESH_DELAY,
            "allow_unexpected_metadata_fields": list(UNKNOWN_TO_THE_SUITE),
        },
        **clients,
        "browser": plan.rules(issuer, plan.alias),
        "override": {
            module: {"browser": rules} for module, rules in plan.overrides(issuer, plan.alias).items()
        },
        **plan.more,
    }


def files(*, issuer: str = ISSUER) -> Iterator[tuple[str, str]]:
    """Return every file of the folder: a configuration a plan, and for the runner the plans and what to expect."""
    for plan in PLANS:
        text = json.dumps(configuration(plan, issuer=issuer), ensure_ascii=False, indent=2)
        yield f"{plan.name}.json", f"{text}\n"
    yield from expected_files()
    yield "plans.txt", "".join(f"{plan.with_variants} {plan.name}.json\n" for plan in PLANS)


def main(arguments: Sequence[str]) -> int:
    """Write the files."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.plan_files")
    parser.add_argument("--issuer", default=ISSUER, help=f"the provider's address ({ISSUER})")
    parser.add_argument("--into", type=Path, default=FOLDER, help="folder to write to")
    given = parser.parse_args(arguments)
    given.into.mkdir(parents=True, exist_ok=True)
    for name, text in files(issuer=given.issuer):
        (given.into / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
