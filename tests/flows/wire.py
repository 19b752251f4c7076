"""The wire between browsers and the provider: every request is held against the gates, every answer is looked through.

What outsiders learn, they learn here: cookies, forms, questions to devices, codes that were shown or sent.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import httpx
from sqlalchemy import text

from idp.credentials.recovery_code import read_code
from idp.recovery.paper import read_case
from idp.transaction import Tx
from tests.driver import Page
from tests.federation.national_driver import ISSUER
from tests.flows.answers import shown_wrongly
from tests.flows.gates import wrong_writes
from tests.flows.gates.acts import recovers
from tests.flows.kept import Change, Kept, changes
from tests.flows.learning import SENDING, learn
from tests.flows.places import BIND, DESK, METHODS, PASSKEYS, UNLOCK
from tests.flows.proving import Proved, proved_by
from tests.flows.scene import PERSONAS, Persona, Scene
from tests.flows.sent import Sent
from tests.flows.told import Begun, Setup, Told

_COOKIE = re.compile(r"(hpid-[\w-]+)=([^;]*)")
_WAITING = re.compile(r'id="match">(\d\d)<.*?>([A-Z]{4}-[A-Z]{4})<', re.DOTALL)
_HOLD = timedelta(days=1)
_MAIL = text("SELECT message_id, payload FROM outbox WHERE kind IN ('mail', 'sms')")


class Broken(AssertionError):
    """What must never be: the words say what."""


@dataclass
class Watch:
    """One copy of the city as it is seen from outside, and all that was wrong."""

    scene: Scene
    told: Told = field(default_factory=Told)
    kept: Kept = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    _mails: set[str] = field(default_factory=set)

    async def begin(self) -> None:
        """Look at the city before anything happens in it."""
        self.kept = await self.scene.reader.read()
        people = await self.scene.world.provider.database.read(self._numbers)
        self.told.people = people
        for persona in PERSONAS:
            self._knows(persona)

    def _numbers(self, tx: Tx) -> dict[str, str]:
        ids = tx.connection.execute(text("SELECT person_id FROM people")).scalars().all()
        found = [person for one in ids if (person := tx.people.get(one)) is not None]
        return {one.profile.personal_id: one.person_id for one in found}

    def _knows(self, persona: Persona) -> None:
        """Somebody signs in by what the national system vouches for, too."""
        if person_id := self.told.people.get(persona.number):
            account = persona.account()
            self.told.names |= {str(account["email"]): person_id, str(account["phone"]): person_id}

    async def look(self) -> list[Change]:
        """See what happened without a request, and return it."""
        before, self.kept = self.kept, await self.scene.reader.read()
        found = list(changes(before, self.kept))
        for change in found:
            self.done[f"{change.table} {change.kind}"] += 1
        return found

    async def pass_on(self, request: httpx.Request, inner: httpx.AsyncBaseTransport) -> httpx.Response:
        """Let a request through, and see what it did."""
        await request.aread()
        sent = self._sent(request)
        proved = proved_by(sent)
        response = await inner.handle_async_request(request)
        await response.aread()
        response.request = request
        self.requests += 1
        after = await self.scene.reader.read()
        wrong = [*wrong_writes(sent, after, proved), *shown_wrongly(sent, proved, response)]
        if wrong:
            raise Broken("; ".join(wrong))
        await self._learn(sent, proved, response, after)
        self.kept = after
        return response

    def person_of(self, cookie: str) -> str:
        """Return who has a session by this cookie, though it may be over."""
        session_id = self.told.sessions.get(cookie, ("", b""))[0]
        rows = (one for one in self.kept["sessions"].values() if one["session_id"] == session_id)
        return next((str(one["person_id"]) for one in rows), "")

    def is_closed(self, person_id: str) -> bool:
        """Tell whether an account is closed for ever."""
        rows = self.kept["life_grounds"].values()
        return any(one["person_id"] == person_id and one["ground"] == "closed-by-the-holder" for one in rows)

    def _sent(self, request: httpx.Request) -> Sent:
        form = parse_qsl(request.content.decode("utf-8", "replace"), keep_blank_values=True)
        cookies = dict(_COOKIE.findall(request.headers.get("cookie", "")))
        return Sent(
            method=request.method,
            path=request.url.path,
            query=dict(parse_qsl(request.url.query.decode(), keep_blank_values=True)),
            form=tuple(form),
            cookies=cookies,
            is_same_site=request.headers.get("sec-fetch-site") == "same-origin",
            now=self.scene.world.time(),
            kept=self.kept,
            told=self.told,
        )

    async def _learn(self, sent: Sent, proved: Proved | None, response: httpx.Response, after: Kept) -> None:
        page, changed, code = Page(response), list(changes(self.kept, after)), ""
        recovered = recovers(sent)  # before what it spent is known
        if sent.path in SENDING and any(change.table.endswith("_codes") for change in changed):
            code = await self.scene.world.provider.database.read(self._new_code)
        for change in changed:
            self.done[f"{change.table} {change.kind}"] += 1
            learn(change, sent, proved, code)
        for persona in PERSONAS:
            self._knows(persona)
        self._keep_cookies(sent, response, after)
        me = self._now(sent, after)
        self._codes(sent, proved, me, page)
        self._read_page(sent, me, page)
        self._depart(sent, response)
        self._recovered(sent, page, recovered)

    def _new_code(self, tx: Tx) -> str:
        """Return the code that was written just now; nothing where it only looks as if one was."""
        (new,) = [one for one in tx.connection.execute(_MAIL) if one.message_id not in self._mails]
        self._mails.add(new.message_id)
        content = json.loads(self.scene.world.provider.vault.open_text(new.payload, purpose="outbox"))
        return str(content["code"]) if content["code"].isdecimal() else ""

    def _keep_cookies(self, sent: Sent, response: httpx.Response, after: Kept) -> None:
        """Learn which session and which interaction a cookie is."""
        for line in response.headers.get_list("set-cookie"):
            name, value = _COOKIE.findall(line)[0]
            if name == "hpid-session" and value:
                rows = [one for one in after["sessions"].values() if one != self._before(one["session_id"])]
                fresh = [one for one in rows if one["ended_at"] is None]
                assert len(fresh) == 1, "a session's cookie comes with its session"
                self.told.sessions[value] = (fresh[0]["session_id"], fresh[0]["cookie"])
            elif name.startswith("hpid-i-") and value:
                asked = dict(sent.form) | dict(sent.query)
                self.told.begun[name.removeprefix("hpid-i-")] = Begun(
                    client_id=asked.get("client_id", "") if sent.path == "/authorize" else "",
                    at=sent.now,
                    cookie=value,
                    is_fresh="login" in asked.get("prompt", "") or asked.get("max_age") == "0",
                    unlocks=sent.path == UNLOCK,
                )

    def _before(self, session_id: str) -> object:
        return next((one for one in self.kept["sessions"].values() if one["session_id"] == session_id), None)

    def _now(self, sent: Sent, after: Kept) -> str:
        """Return who this browser is after the request, when its page was made."""
        known = self.told.sessions.get(sent.cookies.get("hpid-session", ""))
        rows = [one for one in after["sessions"].values() if known and one["session_id"] == known[0]]
        return str(rows[0]["person_id"]) if rows else ""

    def _codes(self, sent: Sent, proved: Proved | None, me: str, page: Page) -> None:
        """Learn recovery codes that are shown, and forget those that were used or replaced."""
        shown = re.findall(r'id="(?:code-\d+|new-code)">([A-Z2-9-]{19})<', page.response.text)
        codes = {code for one in shown if (code := read_code(one)) is not None}
        if sent.path == f"{METHODS}/recovery-codes" and codes:
            self.told.codes[me] = codes
        if sent.path == "/sign-in/recovery" and codes and proved is not None:
            used = read_code(sent.field("recovery-code")) or ""
            self.told.codes.get(proved.person_id, set()).discard(used)
            kept = page.form("submit")["fields"]["kept"]
            self.told.kept_codes[kept] = (proved.person_id, codes.pop())

    def _read_page(self, sent: Sent, me: str, page: Page) -> None:
        if waiting := _WAITING.search(page.response.text):
            self.told.waiting[waiting[2]] = (sent.query.get("i", ""), waiting[1])
        for form in page.forms:
            fields = form["fields"]
            browser = page.response.cookies.get("hpid-browser") or sent.cookies.get("hpid-browser", "")
            if fields.get("csrf"):
                self.told.csrf[browser] = fields["csrf"]
            if "setup" in fields and (key := re.search(r'id="totp-key">([A-Z2-7 ]+)<', page.response.text)):
                secret, owner = key[1].replace(" ", ""), me
                if sent.path in {DESK, BIND}:
                    owner = self._owner_of_paper(sent)
                known = self.told.setups.get(fields["setup"])
                self.told.setups[fields["setup"]] = known or Setup(
                    person_id=owner, secret=secret, at=sent.now
                )
            if "shown" in fields:
                self.told.shown.add((sent.query.get("i", ""), me, fields["shown"]))
            if "challenge" in fields and sent.path.startswith(PASSKEYS):
                session = self.told.sessions.get(sent.cookies.get("hpid-session", ""), ("", b""))[0]
                self.told.challenges[fields["challenge"]] = session
            elif "challenge" in fields:
                self.told.challenges[fields["challenge"]] = sent.query.get("i", "")

    def _owner_of_paper(self, sent: Sent) -> str:
        known = self.told.desk_setups.get(sent.field("setup"))
        paper = self.told.papers.get(known[0] if known else read_case(sent.field("case-number")) or "")
        return paper.person_id if paper else ""

    def _recovered(self, sent: Sent, page: Page, recovered: str) -> None:
        """Learn from when on acts wait, and which paper a form of a desk's code goes with."""
        is_done = page.response.headers.get("location", "").endswith("d=recovered")
        if recovered and (is_done or "page-recover-desk-done" in page.ids):
            self.told.holds[recovered] = sent.now + _HOLD
        for form in page.forms if sent.path in {DESK, BIND} else ():
            if setup := form["fields"].get("setup"):
                known = self.told.desk_setups.get(sent.field("setup")) or self._of_right_code(sent)
                if known is not None:
                    self.told.desk_setups[setup] = known

    def _of_right_code(self, sent: Sent) -> tuple[str, datetime] | None:
        """Return the case whose code this form gave, and when; what was shown in return proves nothing."""
        case_id, typed = read_case(sent.field("case-number")) or "", read_code(sent.field("desk-code"))
        paper = self.told.papers.get(case_id)
        is_right = paper is not None and typed is not None and typed == read_code(paper.code)
        return (case_id, sent.now) if is_right else None

    def _depart(self, sent: Sent, response: httpx.Response) -> None:
        target = urlsplit(response.headers.get("location", ""))
        if f"{target.scheme}://{target.netloc}" == ISSUER and sent.path.startswith("/sign-in"):
            asked = dict(parse_qsl(target.query))
            self.told.journeys[asked["state"]] = (sent.query["i"], asked.get("acr_values", ""))


class Wire(httpx.AsyncBaseTransport):
    """What one browser's requests go through; it comes from an address of its own."""

    def __init__(self, watch: Watch, address: str) -> None:
        self._watch = watch
        self._inner = httpx.ASGITransport(
            app=watch.scene.world.app, raise_app_exceptions=False, client=(address, 1)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._watch.pass_on(request, self._inner)
