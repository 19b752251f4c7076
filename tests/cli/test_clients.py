"""`hpid clients`: register, show, disable, new secrets; what a running node makes of each within a second."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from idp.audit.events import EventType
from tests.cli.conftest import Office
from tests.driver import RelyingParty
from tests.keys.forge import keys
from tests.server import Installation, Ran, ServedWorld

pytestmark = pytest.mark.network
_FELT_WITHIN = 1.0
_URI = "https://{}.example/callback"


def _add(office: Office, client_id: str, *options: str) -> Ran:
    words = (
        "clients",
        "add",
        client_id,
        "--name",
        "Cổng thử nghiệm",
        "--redirect-uri",
        _URI.format(client_id),
    )
    return office.installation.hpid(*words, *options)


async def _is_believed(world: ServedWorld, client_id: str, secret: str) -> bool:
    """Ask with a code that is none: whoever is not believed is not told about codes."""
    await asyncio.sleep(_FELT_WITHIN)
    rp = RelyingParty(client_id=client_id, redirect_uri=_URI.format(client_id), client_secret=secret)
    error = (await rp.redeem(world.http, "none")).json()["error"]
    assert error in {"invalid_grant", "invalid_client"}
    return bool(error == "invalid_grant")


async def test_a_client_is_added_shown_replaced_and_its_secret_is_seen_once(
    office: Office, world: ServedWorld
) -> None:
    added = _add(office, "portal", "--json").json
    assert added["client_id"] == "portal"
    assert await _is_believed(world, "portal", added["client_secret"])
    shown = office.installation.hpid("clients", "show", "portal", "--json").json
    assert shown["name"] == "Cổng thử nghiệm"
    assert shown["redirect_uris"] == [_URI.format("portal")]
    assert shown["scopes"] == ["openid", "profile"]
    assert len(shown["secrets"]) == 1
    assert added["client_secret"] not in str(shown)

    assert _add(office, "portal", "--scope", "openid", "--json").json == {"client_id": "portal"}
    shown = office.installation.hpid("clients", "show", "portal", "--json").json
    assert shown["scopes"] == ["openid"]
    assert await _is_believed(world, "portal", added["client_secret"])
    for change in (("--sector", "another"), ("--set", "subject_type=public")):
        refusal = _add(office, "portal", *change).refusal
        assert refusal == "hpid_sector, subject_type: can't change; subjects hang on them"


async def test_a_disabled_client_stays_disabled_when_registered_anew(
    office: Office, world: ServedWorld
) -> None:
    secret = _add(office, "stopped", "--json").json["client_secret"]
    assert office.installation.hpid("clients", "disable", "stopped").out == "stopped is disabled\n"
    assert not await _is_believed(world, "stopped", secret)
    assert office.installation.hpid("clients", "disable", "stopped").refusal == (
        "stopped is disabled already"
    )
    assert _add(office, "stopped", "--scope", "openid").status == 0
    assert not await _is_believed(world, "stopped", secret)
    assert office.installation.hpid("clients", "enable", "stopped").out == "stopped is enabled\n"
    assert await _is_believed(world, "stopped", secret)
    changes = await world.events(EventType.CLIENT_DISABLED, EventType.CLIENT_ENABLED, client_id="stopped")
    assert changes == [EventType.CLIENT_DISABLED, EventType.CLIENT_ENABLED]


async def test_a_new_secret_goes_beside_the_old_one_for_as_long_as_is_said(
    office: Office, world: ServedWorld
) -> None:
    first = _add(office, "careful", "--json").json["client_secret"]
    second = office.installation.hpid("clients", "rotate-secret", "careful", "--json").json["client_secret"]
    assert await _is_believed(world, "careful", first)
    assert await _is_believed(world, "careful", second)
    words = ("clients", "rotate-secret", "careful", "--overlap-hours", "0", "--json")
    third = office.installation.hpid(*words).json["client_secret"]
    assert not await _is_believed(world, "careful", first)
    assert not await _is_believed(world, "careful", second)
    assert await _is_believed(world, "careful", third)


def test_a_public_client_gets_no_secret(office: Office) -> None:
    assert _add(office, "in-the-browser", "--auth-method", "none", "--json").json == {
        "client_id": "in-the-browser"
    }
    assert office.installation.hpid("clients", "rotate-secret", "in-the-browser").refusal == (
        "no client in-the-browser that has a secret"
    )


def test_an_api_that_only_asks_about_tokens_gets_none(office: Office, tmp_path: Path) -> None:  # RFC 7662 §4
    hpid = office.installation.hpid
    resource = 'hpid_protected_resources=["https://api.example/"]'
    assert hpid("clients", "add", "the-api", "--name", "API", "--set", resource, "--json").json[
        "client_secret"
    ]
    exported = hpid("clients", "export", "the-api").json
    assert (exported["grant_types"], "scope" in exported, "redirect_uris" in exported) == ([], False, False)
    file = tmp_path / "api.json"
    file.write_text(json.dumps(exported), encoding="utf-8")
    hpid("clients", "add", "--from", str(file))
    assert hpid("clients", "export", "the-api").json == exported
    both = hpid(
        "clients", "add", "both", "--name", "X", "--redirect-uri", _URI.format("both"), "--set", resource
    )
    assert both.status == 0, both.err
    assert "authorization_code" in hpid("clients", "export", "both").json["grant_types"]
    assert hpid("clients", "add", "idle", "--name", "X", "--set", "grant_types=[]").refusal == (
        "grant_types: at least one is needed"
    )


def test_what_can_not_be_registered_is_named(office: Office) -> None:
    add = ("clients", "add", "portal-2", "--name", "X", "--redirect-uri")
    assert office.installation.hpid(*add, "http://x.example/cb").refusal.startswith("redirect_uris: ")
    level = office.installation.hpid(*add, "https://x.example/cb", "--acr", "LoA9")
    assert level.refusal.startswith("default_acr_values: ")
    for member in ("jwks_uri", "backchannel_logout_uri", "sector_identifier_uri", "logo_uri", "request_uris"):
        value = '["https://10.0.0.1/x"]' if member == "request_uris" else "https://10.0.0.1/x"
        ours = office.installation.hpid(*add, "https://x.example/cb", "--set", f"{member}={value}")
        assert ours.refusal.startswith(f"{member}: ")  # SECURITY D01
    here = office.installation.hpid(
        *add, "https://x.example/cb", "--backchannel-logout-uri", "http://localhost:8090/hear"
    )
    assert "HPID_LOOPBACK_ORIGINS" in here.refusal, "what a developer at the demo has to set"
    unknown = office.installation.hpid(*add, "https://x.example/cb", "--scope", "openid all")
    assert unknown.refusal.startswith("scope")


def test_any_member_can_be_set_from_a_file_or_one_by_one_and_comes_out_as_it_went_in(
    office: Office, tmp_path: Path
) -> None:
    hpid = office.installation.hpid
    metadata = {
        "client_id": "whole",
        "client_name": "Kho hồ sơ",
        "client_name#en": "Files",
        "redirect_uris": [_URI.format("whole")],
        "scope": "email openid",
        "grant_types": ["authorization_code"],
        "contacts": ["ops@whole.example"],
        "tos_uri": "https://whole.example/terms",
        "default_max_age": 600,
        "hpid_legal_basis": {"email": "public_task"},
        "hpid_sector": "ho-so",
        "request_uris": ["https://whole.example/requests/1.jwt#v1"],
        "request_object_signing_alg": "PS256",
    }
    file = tmp_path / "whole.json"
    file.write_text(json.dumps(metadata))
    signing = ("--set", "require_signed_request_object=true")
    add = ("clients", "add", "--from", str(file), "--set", "require_auth_time=true")
    assert hpid(*add, *signing).refusal == "jwks: needed, or jwks_uri, to verify its request objects"
    key = json.dumps({"keys": [keys()["rsa"].jwk]})
    added = hpid(*add, *signing, "--set", f"jwks={key}", "--json").json
    assert added["client_id"] == "whole"
    exported = hpid("clients", "export", "whole").json
    assert {name: exported[name] for name in metadata} == metadata
    assert exported["require_auth_time"] is exported["require_signed_request_object"] is True
    assert added["client_secret"] not in str(exported)

    again = {**exported, "client_id": "again", "hpid_sector": "again"}
    file.write_text(json.dumps([exported, again]))
    results = hpid("clients", "add", "--from", str(file), "--json").json
    assert [one["client_id"] for one in results] == ["whole", "again"]
    assert hpid("clients", "export", "again").json == again
    listed = {one["client_id"]: one["name"] for one in hpid("clients", "list", "--json").json}
    assert (listed["whole"], listed["again"]) == ("Kho hồ sơ", "Kho hồ sơ")

    file.write_text(json.dumps([again | {"client_id": "not-one"}, again | {"redirect_uris": ["x"]}]))
    assert hpid("clients", "add", "--from", str(file)).refusal.startswith("redirect_uris: ")
    assert "no client not-one" in hpid("clients", "show", "not-one").refusal


def test_a_slip_of_the_pen_in_a_registration_is_named(office: Office, tmp_path: Path) -> None:
    hpid = office.installation.hpid
    file = tmp_path / "wrong.json"
    add = ("clients", "add", "--from", str(file))
    for text, words in (
        ('{"client_id": "x1", "client_nam": "X"}', "not client metadata: client_nam"),
        ('{"client_name": "X"}', "client_id: needed"),
        ('{"client_id": "x1"}', "client_name: needed"),
        ('{"client_id": "x1", "client_name": "X", "contacts": "a"}', "contacts: an array of strings"),
        ("[]", "holds no registration"),
        ("{", "Expecting property name"),
    ):
        file.write_text(text)
        assert words in hpid(*add).refusal
    assert "No such file" in hpid("clients", "add", "--from", str(tmp_path / "none.json")).refusal
    assert hpid("clients", "add", "x1", "--set", "contacts").refusal == "--set takes NAME=VALUE"


async def test_a_removed_client_is_gone_for_good(office: Office, world: ServedWorld) -> None:
    secret = _add(office, "leaving", "--json").json["client_secret"]
    assert await _is_believed(world, "leaving", secret)
    assert office.installation.hpid("clients", "remove", "leaving").out == "leaving is removed\n"
    assert not await _is_believed(world, "leaving", secret)
    assert "no client leaving" in office.installation.hpid("clients", "enable", "leaving").refusal
    assert _add(office, "leaving").refusal == "client_id: was removed; it is not given again"
    assert await world.events(EventType.CLIENT_REMOVED, client_id="leaving") == [EventType.CLIENT_REMOVED]


@pytest.mark.parametrize("command", ["show", "disable", "rotate-secret", "remove", "export"])
def test_a_client_nobody_knows_is_one_line(office: Office, command: str) -> None:
    assert "client nobody" in office.installation.hpid("clients", command, "nobody").refusal


async def test_old_accounts_are_linked_by_number_and_the_report_names_nobody(
    office: Office, world: ServedWorld, tmp_path: Path
) -> None:
    number = "031184000255"
    other = await world.person("old-account")
    person = await world.person("its-owner", profile=replace(other.profile, personal_id=number))
    rp = await world.client("rp-link")
    file, report = tmp_path / "accounts.csv", tmp_path / "report.csv"
    file.write_text(
        f"sub,id_number\nold-1,{number}\nold-2,{number}\nold-3,031184000999\n{number},{number}\nx\n"
    )
    run = ("clients", "link-accounts", rp.client_id, str(file), "--report", str(report), "--json")
    assert (await office.installation.run(*run)).json == {
        "linked": 1,
        "already": 0,
        "not-found": 1,
        "conflict": 1,
        "refused": 2,
    }
    assert report.read_text().splitlines()[:4] == [
        "line,outcome,reason",
        "2,linked,",
        "3,conflict,the person has another sub here",
        "4,not-found,",
    ]
    assert number not in report.read_text()
    assert (await office.installation.run(*run)).json["already"] == 1
    known = await world.provider.database.read(lambda tx: tx.subjects.find(person.person_id, "rp-link"))
    assert known == "old-1"
    nobody = await office.installation.run(
        "clients", "link-accounts", "nobody", str(file), "--report", str(report)
    )
    assert nobody.refusal == "no client nobody"


def test_what_no_key_can_sign_is_refused_until_one_is_announced(made: Installation) -> None:
    words = ("clients", "add", "portal", "--name", "Cổng", "--redirect-uri", _URI.format("portal"), "--set")
    for member in ("id_token", "userinfo", "introspection"):
        refused = made.hpid(*words, f"{member}_signed_response_alg=EdDSA")
        assert refused.refusal == f"{member}_signed_response_alg: no key of ours signs so"
    assert made.hpid("clients", "list", "--json").json == []
    assert made.hpid("keys", "rotate", "--alg", "EdDSA").status == 0
    added = made.hpid(*words, "id_token_signed_response_alg=EdDSA", "--json")
    assert added.json["client_id"] == "portal"
