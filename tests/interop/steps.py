"""The steps that each witness's script declares, in its own words."""

import re
from pathlib import Path

WITNESSES = {
    "openid-client": "openid_client.mjs",
    "openid-client-with-a-key": "openid_client_key.mjs",
    "oauth4webapi": "oauth4webapi.mjs",
    "authlib": "authlib_client.py",
}
_STEP = {
    ".mjs": re.compile(r"^    (?:'([^']+)'|([a-z]+)): async \(\) => \{$", re.MULTILINE),
    ".py": re.compile(r'^    @step\("([^"]+)"\)$', re.MULTILINE),
}


def _steps(script: str) -> list[str]:
    path = Path(__file__).parent / script
    found = _STEP[path.suffix].finditer(path.read_text(encoding="utf-8"))
    return [step.group(step.lastindex or 0) for step in found]


STEPS = [(library, step) for library, script in WITNESSES.items() for step in _steps(script)]
IN_THE_BROWSER = [("oidc-client-ts", "single-page app")]
"""tests/interop/test_single_page_app.py"""

OURS_ALONE = {
    ("oauth4webapi", "the access token is one of RFC 9068"),
    ("oauth4webapi", "a signed introspection answer"),
    ("openid-client", "encrypted answers"),
}
"""What npm oidc-provider does otherwise, or is not set up for here: its access tokens are references unless a resource
is asked for."""
