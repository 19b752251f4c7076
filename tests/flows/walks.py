"""Steps of who knows where to go: to the form of an errand, to a service's sign-in, from factor to factor."""

from typing import Any
from urllib.parse import urlsplit

from tests.driver import Page
from tests.flows.beside import mail_for, paper_for, work_through
from tests.flows.errands import ERRANDS
from tests.flows.hand import Hand
from tests.flows.places import BY_LINK, UNLOCK
from tests.flows.player import ACCOUNT, BROWSERS, Player, Tab
from tests.flows.told import Paper

WAYS = ("national", "passkey", "password", "password", "password", "code", "qr")
"""Pages of the ways to sign in."""
RECOVERY, QR = 2, 6
"""With a recovery code as second factor; by a phone."""


class Walks(Player):
    """Somebody who knows where to go."""

    _ready: tuple[Tab, dict[str, Any]] | None = None
    """The form of an errand."""
    _then: str = ""
    """Where the form goes that comes of it."""
    _aside: tuple[Tab, dict[str, Any]] | None = None
    """That of another, which comes between."""
    _at: str | None = None
    """The interaction somebody signs in in."""
    _shown: Page | None = None
    """The page with a code for a phone."""

    async def sign_in(self, browser: int, who: int, place: int) -> None:
        """Walk to a page of the account through the national system, as one does."""
        await self._go(browser, who, ACCOUNT[place % len(ACCOUNT)])

    async def walk(self, browser: int, who: int, which: int) -> None:
        """Walk to the form that an errand ends with."""
        one = ERRANDS[which % len(ERRANDS)]
        self._ready, self._then, address = None, "", one.place
        if one.form == BY_LINK:
            address = f"{BY_LINK}?t={next(reversed(self.watch.told.links), '')}"
        await (self._get(browser, address) if one.is_open else self._go(browser, who, address))
        for beginning in one.links:
            if not await self._follow(browser, beginning):
                return
        tab = self._tabs[-1]
        forms = [form for form in tab.page.forms if urlsplit(form["action"]).path == one.form]
        if forms:
            self._ready, self._then = (tab, forms[0]), one.then

    async def send(self, who: int, twist: int, n: int) -> None:
        """Send that form, as whoever is signed in there would, mostly: as it is, or bent."""
        if self._ready is None:
            return
        tab, form = self._ready
        page = await self._send(tab, form, n, self._hand_at(tab.browser, who, n), twist, n)
        if form["action"] == UNLOCK:
            await self._by_nation(tab.browser, page, who)

    async def go_on(self, who: int, n: int) -> None:
        """Send the form that comes of it, if one does."""
        for tab in self._tabs[-1:] if self._then else ():
            form = next((one for one in tab.page.forms if urlsplit(one["action"]).path == self._then), None)
            if form is not None:
                await self._send(tab, form, 0, self._hand_at(tab.browser, who, n), 0, n)
        self._ready, self._then = None, ""

    async def aside(self, name: str, *numbers: int) -> None:
        """Do something else while the form of an errand stays open."""
        self._ready, self._aside = self._aside, self._ready
        await getattr(self, name)(*numbers)
        self._ready, self._aside = self._aside, self._ready

    async def knock(self, browser: int, service: int, way: int) -> None:
        """Go to a service, and to the page of a way to sign in, or to prove more, there."""
        services = self._scene.services
        page = await self._get(browser, services[service % len(services)].authorize_url())
        self._at = None
        if page.ids & {"page-sign-in", "page-step-up"}:
            page = await self._get(browser, f"/sign-in/{WAYS[way % len(WAYS)]}?i={page.interaction}")
            self._at = page.interaction

    async def prove(self, who: int, way: int, n: int) -> None:
        """Prove a factor on the page that is open there."""
        if self._at is None or self._tabs[-1].page.left_for is not None:
            return
        tab, hand = self._tabs[-1], self._hands[who % len(self._hands)]
        if WAYS[way % len(WAYS)] == "national":
            await self._by_nation(tab.browser, tab.page, who)
            return
        if way % len(WAYS) == RECOVERY and "page-otp" in tab.page.ids:
            await self._get(tab.browser, f"/sign-in/recovery?i={self._at}")
            tab = self._tabs[-1]
        form = next((one for one in tab.page.forms if one["action"].startswith("/sign-in/")), None)
        if form is not None:
            await self._send(tab, form, 0, hand, 0, n)

    async def show_code(self, browser: int, service: int) -> None:
        """Have a service ask for a phone's answer."""
        await self.knock(browser, service, QR)
        self._shown = None
        if "submit" in self._tabs[-1].page.ids and self._at is not None:
            self._shown = await self._press(browser, self._tabs[-1].page, "submit")

    async def scan(self, phone: int, who: int, n: int) -> None:
        """Answer it on a phone."""
        page = await self._get(phone, f"/q/{next(reversed(self.watch.told.waiting), '')}")
        if "deny" in page.ids:
            form = {**page.form("submit"), "buttons": {}}
            tab = Tab(browser=phone % BROWSERS, page=page)
            await self._send(tab, form, 0, self._hands[who % len(self._hands)], 0, n)

    async def take_answer(self, browser: int) -> None:
        """Go on where the code is shown."""
        if self._shown is not None and "submit" in self._shown.ids:
            await self._press(browser, self._shown, "submit")

    async def agree(self, tab: int, n: int) -> None:
        """Answer the last page of consent as it is."""
        found = [one for one in self._forms() if urlsplit(one[1]["action"]).path == "/consent"]
        if found:
            of, form = found[-1 - tab % min(2, len(found))]
            await self._send(of, form, 0, self._hands[0], 0, n)

    async def be_proved_at_a_desk(self, who: int) -> None:
        """Get a paper with a code."""
        person_id = self._hands[who % len(self._hands)].person_id
        found = await paper_for(self._scene, person_id) if person_id else None
        if found is not None:
            case_id, code, until = found
            told = self.watch.told
            told.spent.update(number for number, one in told.papers.items() if one.person_id == person_id)
            told.papers[case_id] = Paper(person_id=person_id, code=code, until=until)
        await self.watch.look()

    async def get_a_mail(self, who: int) -> None:
        """Get a notice with the link that locks the account."""
        person_id = self._hands[who % len(self._hands)].person_id
        if person_id:
            self.watch.told.links |= await mail_for(self._scene, person_id)
        await self.watch.look()

    async def work(self) -> None:
        """The worker's turn: it makes copies, and closes accounts whose time has come."""
        await work_through(self._scene, self.watch)

    async def _go(self, browser: int, who: int, address: str) -> Page:
        page = await self._get(browser, address)
        if "page-account-sign-in" in page.ids:
            page = await self._press(browser, page, "submit")
            page = await self._by_nation(browser, page, who)
        return page

    def _hand_at(self, browser: int, who: int, n: int) -> Hand:
        """Return whoever is signed in at a browser, mostly."""
        cookie = self._browsers[browser % BROWSERS].client.cookies.get("hpid-session", "")
        person_id = self.watch.person_of(cookie or "")
        theirs = (one for one in self._hands if person_id and one.person_id == person_id)
        given = self._hands[who % len(self._hands)]
        return given if n % 6 == 5 else next(theirs, given)

    async def _follow(self, browser: int, beginning: str) -> bool:
        """Follow the link of the last page whose id begins so."""
        links = self._tabs[-1].page.links
        found = next((url for id_, url in links.items() if id_.startswith(beginning)), None)
        if found is not None:
            await self._get(browser, found)
        return found is not None
