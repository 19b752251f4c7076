"""Signing in at the portal and the data store, as a person's browser sees it (OpenID Connect Core §3.1, RFC 9207)."""

from pathlib import Path

import pytest

from tests.demo.apps_browser import Browser
from tests.demo.apps_city import AUDIENCE, PORTAL, city

pytestmark = pytest.mark.network


async def test_a_person_signs_in_and_sees_who_how_and_for_whom(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        home = await browser.open(c.portal)
        assert "signed-in-name" not in home
        home = await browser.press("sign-in")
        assert (home.status, home.name) == (200, "home")
        assert home.text("signed-in-name") == "Nguyễn Thị Hương"
        assert home.text("signed-in-level") == "Xác thực mức đáng kể"
        assert home.text("acting-for") == "Cho bản thân"
