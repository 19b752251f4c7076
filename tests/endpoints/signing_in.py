"""How tests sign somebody in with city credentials, page by page."""

from idp.credentials.model import TotpCredential
from idp.database import Done
from idp.people.model import Person
from idp.transaction import Tx
from tests.driver import Browser, Page, RelyingParty
from tests.world import World


async def password_page(browser: Browser, rp: RelyingParty) -> Page:
    page = await browser.get(rp.authorize_url())
    return await browser.get(f"/sign-in/password?i={page.interaction}")


async def try_password(browser: Browser, page: Page, username: str, password: str) -> Page:
    return await browser.press(page, "submit", username=username, password=password)


async def without_code(world: World, person: Person) -> None:
    """Leave a citizen their password alone."""

    def unbind(tx: Tx) -> Done[None]:
        tx.totp.put(
            TotpCredential(
                person_id=person.person_id, secret="JBSWY3DPEHPK3PXP", last_step=0, confirmed=False
            )
        )
        return Done(None)

    await world.write(unbind)
