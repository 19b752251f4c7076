"""Egov: agency and commune of the post decide what is seen; a key of its own; officials alone."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from joserfc.jwk import ECKey
from pydantic import SecretStr

from demo.apps.common.acting import Acting
from demo.apps.egov.agencies import agencies, is_within, seen_by
from demo.apps.egov.app import create_app
from demo.apps.egov.board import files_of, files_of_all, find
from demo.apps.egov.settings import EgovSettings
from demo.city.agencies import build_agencies
from tests.demo.acting_claims import POST
from tests.demo.apps_alone import alone
from tests.demo.apps_browser import Browser
from tests.demo.apps_provider import Provider

NOW = 1_800_000_000.0
GIANG, GIANG_WITH_MARK = ("H24.135", "10888"), ("H24.137", "10903")

network = pytest.mark.network


def post(agency: str, commune: str = "") -> Acting:
    return Acting(kind="official", owner="u", actor="u", agency=agency, commune=commune)


def codes(acting: Acting) -> set[str]:
    return {agency.code for agency in seen_by(acting)}


def test_the_agencies_are_those_of_the_demo_city() -> None:
    city = {one.code: one for one in build_agencies(1400, needed_wards=())}
    for agency in agencies().values():
        of_city = city[agency.code]
        assert (agency.name, agency.kind, agency.ward) == (
            of_city.name,
            of_city.kind,
            of_city.ward_code or "",
        )
    assert sum(agency.kind == "commune" for agency in agencies().values()) == 114


def test_two_communes_that_differ_by_one_mark_never_see_each_others_files() -> None:
    assert codes(post(*GIANG)) == {GIANG[0]}
    assert codes(post(*GIANG_WITH_MARK)) == {GIANG_WITH_MARK[0]}
    theirs = files_of(agencies()[GIANG[0]], NOW)
    seen = seen_by(post(*GIANG_WITH_MARK))
    assert all(find(file.number, seen, NOW) is None for file in theirs)


def test_a_department_sees_its_whole_subtree_and_the_city_everything() -> None:
    assert codes(post("H24.10")) == {code for code in agencies() if code.startswith("H24.10")} - {
        code for code in agencies() if code.startswith("H24.10") and code[6:7] not in {"", "."}
    }
    assert len(codes(post("H24.10"))) == 9
    assert codes(post("H24.08")) == {"H24.08"}
    assert codes(post("H24")) == set(agencies())


def test_codes_are_compared_group_by_group() -> None:
    assert is_within("H24.10.001", "H24.10")
    assert not is_within("H24.101", "H24.10")
    assert not is_within("H24", "H24.10")
    assert codes(post("H24.1")) == set()
    assert codes(post("H24.135", "10903")) == set(), "agency and commune must both be its own"


def test_every_file_has_a_number_of_its_own() -> None:
    files = files_of_all(agencies().values(), NOW)
    assert len({file.number for file in files}) == len(files)


@asynccontextmanager
async def egov(state: Path) -> AsyncIterator[tuple[Provider, str]]:
    key = ECKey.generate_key("P-256", {"kid": "egov-1"})
    own = SecretStr(json.dumps(key.as_dict(private=True)))
    async with alone(create_app, EgovSettings, state, credential=key, client_key=own) as both:
        yield both


@network
async def test_an_official_sees_the_files_of_the_post_and_may_change_it(tmp_path: Path) -> None:
    async with egov(tmp_path) as (provider, url), Browser() as browser:
        provider.acting = {**POST, "post": POST["post"] | {"agency": "H24.137"}}
        await browser.open(url)
        board = await browser.press("sign-in")
        asked = provider.requests[-1]
        assert asked["scope"] == "openid profile agency position roles"
        assert "ctx_hint" not in asked
        assert len(provider.assertions) == 2, "one at PAR, one at the token endpoint"
        assert (board.name, board.text("file-count")) == ("board", "5 hồ sơ")
        mine = [id_ for id_ in board.elements if id_.startswith("file-137-")]
        assert len(mine) == 5
        assert (await browser.press(mine[0])).text("file-agency").startswith("Ủy ban nhân dân xã Cẩm Giàng")
        other = files_of(agencies()["H24.135"], NOW)[0]
        assert (await browser.open(f"{url}/files/{other.number}")).status == 404
        assert (await browser.open(f"{url}/board?agency=H24.135")).status == 404
        provider.acting = {"ctx": "official", "post": {"id": "p2", "agency": "H24.10", "roles": ["leader"]}}
        await browser.open(f"{url}/board")
        await browser.press("switch-context")
        assert provider.requests[-1]["ctx_hint"] == "choose"
        board = await browser.open(f"{url}/board")
        assert (board.text("agency-code"), board.text("file-count")) == ("H24.10", "45 hồ sơ")


@network
async def test_who_is_no_official_is_refused_and_told_where_to_go(tmp_path: Path) -> None:
    async with egov(tmp_path) as (provider, url), Browser() as browser:
        home = await browser.open(url)
        assert "cán bộ, công chức" in home.text("for-officials")
        for faults, acting, name in (
            ({}, {"ctx": "person"}, "sign-in-unverified"),
            ({"error": "access_denied"}, POST, "not-signed-in"),
        ):
            provider.faults, provider.acting = faults, acting
            page = await browser.open(f"{url}/sign-in?next=/board")
            assert page.name == name
            assert "Người dân dùng Cổng dịch vụ công" in page.answer.text
            assert "acting-for" not in page


@pytest.mark.parametrize("missing", [{}, {"client_secret": SecretStr("s")}])
def test_egov_does_not_start_without_its_key(missing: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="CLIENT_KEY must be set"):
        EgovSettings.model_validate(missing)
