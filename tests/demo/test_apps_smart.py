"""Smart as a native app: no secret, a loopback address, refresh tokens that count once (RFC 8252, RFC 9700 §4.14.2)."""

from pathlib import Path

import pytest

from demo.apps.smart.app import create_app
from demo.apps.smart.settings import SmartSettings
from tests.demo.acting_claims import CHILD, COMPANY
from tests.demo.apps_alone import alone
from tests.demo.apps_browser import Browser
from tests.demo.apps_provider import Person

network = pytest.mark.network


@network
async def test_it_signs_in_without_a_secret_and_renews_with_each_token_once(tmp_path: Path) -> None:
    async with alone(create_app, SmartSettings, tmp_path) as (provider, url), Browser() as browser:
        await browser.open(url)
        today = await browser.press("sign-in")
        asked, redeemed = provider.requests[0], provider.token_requests[0]
        assert asked["redirect_uri"].startswith("http://127.0.0.1:")
        assert (asked["scope"], asked["ctx_hint"]) == ("openid profile offline_access", "person")
        assert asked["acr_values"] == "urn:haiphong:acr:low"
        assert not {"client_secret", "client_assertion"} & redeemed.keys()
        assert "card-waste" in today
        first = next(iter(provider.refresh_tokens))
        await browser.press("tab-device")
        for times in ("1 lần", "2 lần"):
            device = await browser.press("renew")
            assert device.text("renewals") == times
        used = [one["refresh_token"] for one in provider.token_requests[1:]]
        assert (used[0], len(set(used))) == (first, 2)


@network
async def test_an_access_token_that_has_run_out_is_renewed_by_itself(tmp_path: Path) -> None:
    async with alone(create_app, SmartSettings, tmp_path) as (provider, url), Browser() as browser:
        provider.token_seconds = 1
        await browser.open(f"{url}/sign-in")
        provider.faults = {"userinfo": {"name": "Nguyễn Thị Thu Hương"}}
        assert (await browser.open(url)).text("signed-in-name") == "Nguyễn Thị Thu Hương"
        provider.faults = {"token_status": 500}
        assert "cards" in await browser.open(url), "it stays open while the provider is away"
        provider.faults = {"token_error": True}
        page = await browser.open(url)
        assert (page.name, page.status) == ("session-over", 401)
        assert "sign-in" in await browser.open(url)


@network
async def test_whoever_does_not_stay_signed_in_is_asked_again_when_the_token_has_run_out(
    tmp_path: Path,
) -> None:
    async with alone(create_app, SmartSettings, tmp_path) as (provider, url), Browser() as browser:
        provider.gives_refresh_tokens = False
        await browser.open(f"{url}/sign-in")
        device = await browser.open(f"{url}/device")
        assert "renew" not in device
        assert (await browser.open(url)).name == "today"


@network
async def test_it_acts_for_a_child_and_a_company_and_changes_by_one_press(tmp_path: Path) -> None:
    async with alone(create_app, SmartSettings, tmp_path) as (provider, url), Browser() as browser:
        await browser.open(f"{url}/sign-in")
        provider.acting, provider.person = CHILD, Person(name="Nguyễn Gia Bảo")
        today = await browser.press("tab-for")
        assert provider.requests[-1]["ctx_hint"] == "choose"
        assert (today.text("acting-for"), "card-school" in today) == ("Thay cho con: Nguyễn Gia Bảo", True)
        provider.acting, provider.person = COMPANY, Person(name="Nguyễn Thị Hương")
        today = await browser.press("switch-context")
        assert (today.text("acting-for"), "card-tax" in today) == ("Cho Công ty TNHH Cảng Xanh", True)


@pytest.mark.parametrize("base_url", ["http://localhost:8013", "https://smart.example", "http://10.0.0.1:80"])
def test_it_stands_on_a_loopback_address_alone(base_url: str) -> None:
    with pytest.raises(ValueError, match="BASE_URL must be http"):
        SmartSettings.model_validate({"base_url": base_url})
