"""How tests ask for a sign-out, and see what became of it."""

from urllib.parse import urlencode

from tests.driver import Page, RelyingParty
from tests.world import Visitor

BACK = "https://rp-c.example/signed-out"


def url(**parameters: str) -> str:
    return f"/end_session?{urlencode(parameters)}"


async def is_signed_in(rp: RelyingParty, visitor: Visitor) -> bool:
    page = await visitor.browser.get(rp.authorize_url(prompt="none"))
    if "error" in page.answer:
        assert page.answer["error"] == "login_required"  # rule 3
    return "code" in page.answer


def assert_refused(page: Page) -> None:
    assert page.left_for is None
    assert (page.status, page.case) == (400, "bad-request")
    assert page.error == "invalid_request"
