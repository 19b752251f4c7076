"""What the suite says of our plans that is no failure of ours, and why: two files for its runner, which is then silent.

A warning stands here only if docs/reference/conformance.md explains it. Pure.
"""

import json
from collections.abc import Iterator

_OWN_CLAIMS = "EnsureIdTokenDoesNotContainNonRequestedClaims"
_NEW_KEY = "VerifyNewJwksHasNewSigningKey"
_PROBLEMS = (
    (
        "oidcc-server",
        _OWN_CLAIMS,
        "warning",
        "idp and ial say who proved the person and how surely: beside acr they are about the sign-in, and of our profile",
    ),
    (
        "oidcc-server-rotate-keys",
        _NEW_KEY,
        "failure",
        "the runner starts the module before anybody has rotated; it passes when it is started after the hook was called",
    ),
    (
        "ekyc-server-one-claim-with-random-value-omitted",
        "ValidateVerifiedClaimsResponseAgainstSchema",
        "failure",
        "the module wants nothing to be said of a claim of another value, and this then reads what was said",
    ),
)
"""Module → condition, result, why."""
_UNSIGNED = "none is promised for no signature"
_SKIPS = (
    "oidcc-ensure-request-object-with-redirect-uri",
    "oidcc-idtoken-unsigned",
    "oidcc-request-uri-unsigned*",
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
)
"""Modules that end at once where discovery does not promise `none`."""


def expected_files() -> Iterator[tuple[str, str]]:
    """Return the files for `--expected-failures-file` and `--expected-skips-file`."""
    problems = [
        {**_anywhere(module), "condition": condition, "expected-result": result, "comment": why}
        for module, condition, result, why in _PROBLEMS
    ]
    skips = [{**_anywhere(module), "comment": _UNSIGNED} for module in _SKIPS]
    yield "expected-problems.json", _text(problems)
    yield "expected-skips.json", _text(skips)


def _anywhere(module: str) -> dict[str, str]:
    return {"test-name": module, "variant": "*", "configuration-filename": "*", "current-block": "*"}


def _text(entries: list[dict[str, str]]) -> str:
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"
