"""Plays the steps of a sequence: pages opened, links followed, forms sent – as they are, or with something done to them.

A step is a name and numbers. Numbers pick among what there is, so that every sequence of steps can be played and a
shorter one still means the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from tests.driver import Browser, Page
from tests.federation.national_driver import ISSUER as NATIONAL
from tests.flows.errands import ERRANDS
from tests.flows.hand import Hand
from tests.flows.places import (
    BY_LINK,
    CONTACTS,
    DATA,
    DESK,
    HISTORY,
    LOCK,
    MANDATES,
    METHODS,
    NUMBER,
    PASSKEYS,
    RENEW,
    SESSIONS,
    UNLOCK,
)
from tests.flows.scene import PERSONAS, Scene
from tests.flows.told import Return
from tests.flows.twists import TWISTS, Sending
from tests.flows.wire import Watch, Wire

Step = tuple[Any, ...]
BROWSERS = 3
MOST_TABS = 10
_ADDRESSES = ("192.0.2.1", "198.51.100.2", "203.0.113.3")
ACCOUNT = (
    *("/account", METHODS, f"{METHODS}/password", f"{METHODS}/totp", f"{METHODS}/recovery-codes"),
    *(f"{METHODS}/remove?m=password", f"{METHODS}/remove?m=totp", f"{METHODS}/remove?m=recovery-codes"),
    *(PASSKEYS, f"{PASSKEYS}/add", CONTACTS, f"{CONTACTS}/code?c=email", f"{CONTACTS}/code?c=phone"),
    *(SESSIONS, "/account/services", HISTORY, MANDATES, NUMBER, DATA, f"{DATA}/close", RENEW),
    *(f"{DATA}/request?r={right}" for right in ("view", "restrict", "object", "delete")),
)
_OPEN_TO_ALL = ("/recover", DESK, LOCK, UNLOCK, "/q")
_SIGN_IN = (
    *("/sign-in", "/sign-in/national", "/sign-in/password", "/sign-in/otp", "/sign-in/recovery"),
    *(
        "/sign-in/qr",
        "/sign-in/passkey",
        "/sign-in/code",
        "/sign-in/code/enter",
        "/sign-in/papers",
        "/sign-in/waiting",
        "/consent",
        "/act-for",
        "/authorize/resume",
    ),
)
_ASKED: tuple[dict[str, str], ...] = ({}, {}, {"prompt": "login"}, {"prompt": "consent"}, {"max_age": "60"})
WAITS = (1, 30, 31, 61, 599, 601, 601, 1800, 1801, 4000, 90_000, 691_200)


class WrongStep(AssertionError):
    """What broke, and the steps up to the one that broke it."""

    def __init__(self, wrong: str, steps: Sequence[Step]) -> None:
        super().__init__(wrong, tuple(steps))
        self.wrong, self.steps = wrong, tuple(steps)

    def __str__(self) -> str:
        """Say each gate on a line, then the step, then those before it."""
        *before, last = map(_said, self.steps)
        gates = "\n  ".join(self.wrong.split("; "))
        led = "".join(f"\n  {one}" for one in before) or " none"
        return f"step {len(self.steps)}, `{last}`, broke:\n  {gates}\nthe steps before it:{led}"


def _said(step: Step) -> str:
    """Return a step, and the errand or what is done to a form that its numbers pick, whatever there is."""
    name, *numbers = step
    said = " ".join(map(str, step))
    if name == "aside":
        return f"aside {_said(tuple(numbers))}"
    if name == "walk":
        return f"{said} ({ERRANDS[numbers[2] % len(ERRANDS)].name})"
    if name in {"send", "press"}:
        return f"{said} ({TWISTS[numbers[-2] % len(TWISTS)].__name__})"
    return said


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A page somebody has open."""

    browser: int
    page: Page


class Player:
    """Three browsers in one copy of the city."""

    def __init__(self, scene: Scene) -> None:
        self.watch = Watch(scene)
        self._scene = scene
        self._browsers = [Browser(Wire(self.watch, one), scene.world.issuer) for one in _ADDRESSES]
        self._hands = [Hand(self.watch, persona) for persona in PERSONAS]
        self._tabs: list[Tab] = []
        self._doors: list[tuple[int, str]] = []
        self._returns: list[str] = []
        self._links: list[str] = []

    async def play(self, steps: Sequence[Step]) -> None:
        """Play them; WrongStep where one breaks something."""
        await self.watch.begin()
        for number, (name, *numbers) in enumerate(steps):
            try:
                await getattr(self, name)(*numbers)
            except AssertionError as broken:
                raise WrongStep(str(broken), steps[: number + 1]) from broken
            except Exception as error:
                error.add_note(f"at the last of {list(steps[: number + 1])}")
                raise

    async def open(self, browser: int, place: int, asked: int) -> None:
        """Go to an address that anybody knows."""
        services = [one.authorize_url(**_ASKED[asked % len(_ASKED)]) for one in self._scene.services]
        codes = [f"/q/{one}" for one in list(self.watch.told.waiting)[-2:]]
        mails = [f"{BY_LINK}?t={one}" for one in list(self.watch.told.links)[-2:]]
        known = [
            *ACCOUNT,
            *_OPEN_TO_ALL,
            *codes,
            *mails,
            *services * 4,
            *self._at_interactions(),
            *self._links[-8:],
        ]
        await self._get(browser, known[place % len(known)])

    async def press(self, tab: int, button: int, who: int, twist: int, n: int) -> None:
        """Send a form of an open page, its fields filled by somebody; with something done to it."""
        found = self._forms()
        if found:
            of, form = found[-1 - tab % len(found)]
            await self._send(of, form, button, self._hands[who % len(self._hands)], twist, n)

    async def travel(self, door: int, who: int, how: int) -> None:
        """Sign in behind a door somebody was sent to, and come back: here, or elsewhere, or twice."""
        if not self._doors:
            return
        browser, address = self._doors[-1 - door % min(3, len(self._doors))]
        persona = PERSONAS[who % len(PERSONAS)]
        back = await self._scene.sign_in_there(address, persona, cancels=how == 1)
        if not back.startswith(f"{self._scene.world.issuer}/"):
            return
        self._note_return(back, who)
        await self._get(browser + 1 if how == 2 else browser, back)
        if how == 3:
            await self._get(browser + 1, back)

    async def come_again(self, browser: int, which: int) -> None:
        """Use a return from the national system again, wherever."""
        if self._returns:
            await self._get(browser, self._returns[-1 - which % len(self._returns)])

    async def wait(self, which: int) -> None:
        """Let time pass."""
        self._scene.move(WAITS[which % len(WAITS)])

    async def steal(self, thief: int, owner: int, which: int) -> None:
        """Put a cookie of another browser into this one."""
        theirs, mine = (self._browsers[one % BROWSERS].client.cookies for one in (owner, thief))
        held = sorted(theirs.jar, key=lambda one: one.name)
        if held:
            cookie = held[which % len(held)]
            mine.set(cookie.name, cookie.value or "", domain=cookie.domain, path=cookie.path)

    async def begin_anew(self, browser: int) -> None:
        """Come with another browser to the same place: it holds no cookie of ours."""
        self._browsers[browser % BROWSERS].client.cookies.clear()

    async def _by_nation(self, browser: int, page: Page, who: int) -> Page:
        if page.left_for is None and "i" in page.response.url.params:
            page = await self._get(browser, f"/sign-in/national?i={page.interaction}")
        if page.left_for is None and "page-national" in page.ids:
            page = await self._press(browser, page, "submit")
        if page.left_for is None or not self._doors:
            return page
        door = self._doors[-1][1]
        back = await self._scene.sign_in_there(door, PERSONAS[who % len(PERSONAS)])
        self._note_return(back, who)
        return await self._get(browser, back)

    def _note_return(self, back: str, who: int) -> None:
        given = dict(parse_qsl(urlsplit(back).query))
        persona, state = PERSONAS[who % len(PERSONAS)], given.get("state", "")
        self._returns.append(back)
        if code := given.get("code"):
            self.watch.told.returns[code] = Return(number=persona.number, level=persona.level, state=state)

    def _at_interactions(self) -> list[str]:
        begun = list(self.watch.told.begun)[-2:]
        return [f"{path}?i={one}" for one in begun for path in _SIGN_IN]

    def _forms(self) -> list[tuple[Tab, dict[str, Any]]]:
        """Return the forms of all open pages, the newest last; those that every page has only once."""
        return [
            (tab, form)
            for tab in self._tabs
            for form in tab.page.forms
            if form["action"] not in {"/language", "/theme", "/text-size"}
        ]

    @staticmethod
    def _is_main(form: dict[str, Any]) -> bool:
        return form["action"] not in {
            "/end_session/confirm",
            "/account/sign-in",
            "/language",
            "/theme",
            "/text-size",
        }

    async def _press(self, browser: int, page: Page, button: str) -> Page:
        return self._see(browser, await self._browsers[browser % BROWSERS].press(page, button))

    async def _get(self, browser: int, address: str) -> Page:
        return self._see(browser, await self._browsers[browser % BROWSERS].get(address))

    def _see(self, browser: int, page: Page) -> Page:
        self._tabs = [*self._tabs, Tab(browser=browser % BROWSERS, page=page)][-MOST_TABS:]
        own = [one for one in page.links.values() if one.startswith("/") and "?" in one]
        self._links += [one for one in own if one not in self._links]
        if page.left_for is not None and page.left_for.startswith(NATIONAL):
            self._doors.append((browser % BROWSERS, page.left_for))
        return page

    async def _send(
        self, tab: Tab, form: dict[str, Any], button: int, hand: Hand, twist: int, n: int
    ) -> Page:
        page, browser = tab.page, tab.browser
        fields = {**form["fields"], **hand.fill(page, form, n)}
        buttons = [one for one in form["buttons"].values() if one[0]]
        if buttons:
            name, value = buttons[button % len(buttons)]
            fields[name] = value or ""
        more = [("scope", one) for one in page.checkboxes if "/consent" in form["action"] and n % 3]
        action = urljoin(str(page.response.url), form["action"])
        sending = Sending(browser=browser, action=action, fields=fields, more=more)
        others = [other for _, other in self._forms()]
        done = TWISTS[twist % len(TWISTS)](sending, others, n)
        sent = [*done.fields.items(), *done.more]
        page = await self._browsers[done.browser % BROWSERS].post(done.action, sent, **done.headers)
        return self._see(done.browser, page)
