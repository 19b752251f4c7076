"""What strangers registered, on an operator's terminal: shown as it is, never obeyed (SECURITY G07)."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Office

pytestmark = pytest.mark.network
_NAMES = {
    "rp-unclosed": "[/nope]",
    "rp-hidden": "[conceal]an inconspicuous service",
    "rp-link": "[link=https://evil.example]Cổng dịch vụ[/link]",
    "rp-smile": "a :smile: service",
}
_KEY = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "kid": "\u009b2J\u009b1;1H\u202eevil\u009d0;title\u0007\u007f\U000e0001",
}


def _documents() -> list[dict[str, Any]]:
    return [
        {"client_id": client_id, "client_name": name, "redirect_uris": [f"https://{client_id}.example/cb"]}
        for client_id, name in _NAMES.items()
    ]


def test_a_name_is_shown_letter_by_letter(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "clients.json"
    file.write_text(json.dumps(_documents()))
    hpid = office.installation.hpid
    assert len(hpid("clients", "add", "--from", str(file), "--json").json) == len(_NAMES)
    listed = hpid("clients", "list", COLUMNS="200").out
    for client_id, name in _NAMES.items():
        assert name in listed
        assert name in hpid("clients", "show", client_id, COLUMNS="200").out


def test_what_would_move_the_cursor_is_escaped(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "client.json"
    document = {**_documents()[0], "client_id": "rp-cursor", "jwks": {"keys": [_KEY]}}
    file.write_text(json.dumps({**document, "token_endpoint_auth_method": "private_key_jwt"}))
    hpid = office.installation.hpid
    hpid("clients", "add", "--from", str(file))
    shown = hpid("clients", "show", "rp-cursor", COLUMNS="2000").out
    exported = hpid("clients", "export", "rp-cursor").out
    assert "evil" in shown
    for output in (shown, exported):
        assert not [character for character in output if not character.isprintable() and character != "\n"]
    assert json.loads(exported)["jwks"]["keys"][0]["kid"] == _KEY["kid"]
