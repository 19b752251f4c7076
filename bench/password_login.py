"""P6: somebody signs in with a password and a code, as a browser does: every page fetched, every form sent back."""

import re
import time
from urllib.parse import parse_qs, urlencode, urlsplit

from bench import flows
from bench.load import Flow, FlowFailed
from bench.target import REDIRECT_URI, Account, Target
from bench.vault import throwaway_vault
from bench.wire import Reply, Wire, get, post
from idp.credentials.hashing import PasswordHashing

_CSRF = re.compile(rb'name="csrf" value="([^"]+)"')


def password_login(target: Target) -> Flow:
    """Return the flow: from the service through password and code to its tokens, in a browser that knows nothing."""

    async def flow(wire: Wire, slot: int) -> None:
        del slot
        target.accounts.rotate(-1)  # it goes on where the stretch before ended: their codes are used
        account = target.accounts[0]
        browser = _Browser(wire, target.host)
        choice = await browser.follow(
            f"{target.paths.authorize}?{urlencode(flows.authorization_request(target))}"
        )
        page = await browser.open(f"/sign-in/password?{urlsplit(choice).query}")
        named = {"username": account.username, "password": account.password}
        page = await browser.open(
            await browser.send(page, f"/sign-in/password?{urlsplit(choice).query}", named)
        )
        otp = f"/sign-in/otp?{urlsplit(choice).query}"
        location = await browser.location(await browser.send(page, otp, {"otp": _code(account)}))
        await flows.redeem(target, wire, _code_of(location))

    return flow


async def hash_cpu_seconds(tries: int = 20) -> float:
    """Return the CPU of one password's check, as the product makes it: nobody signs in faster than that."""
    hashing = PasswordHashing(throwaway_vault(), threads=1)
    try:
        password_hash = await hashing.hash("a password")
        with hashing.place() as verify:
            await verify("another one", password_hash)
            before = time.process_time()
            for _ in range(tries):
                await verify("another one", password_hash)
            return (time.process_time() - before) / tries
    finally:
        hashing.close()


def _code(account: Account) -> str:
    code = account.next_code()
    if code is None:
        raise FlowFailed("more sign-ins than there are accounts for")
    return code


def _code_of(location: str) -> str:
    """Return the authorization code in a redirect to the service."""
    code = parse_qs(urlsplit(location).query).get("code", [""])[0]
    if not location.startswith(REDIRECT_URI) or not code:
        raise FlowFailed(f"no code: {location}")
    return code


class _Browser:
    """Cookies, forms and redirects over one connection, and no more."""

    def __init__(self, wire: Wire, host: str) -> None:
        self._wire, self._host, self._cookies = wire, host, dict[str, str]()

    async def follow(self, path: str) -> str:
        """Go where a page sends us, and open it; return where that is."""
        location = await self.location(path)
        await self.open(location)
        return location

    async def location(self, path: str) -> str:
        """Return where an address sends us on."""
        return _location(self._kept(await self._wire.send(get(path, self._host, cookie=self._jar()))))

    async def open(self, path: str) -> Reply:
        """Open a page."""
        reply = self._kept(await self._wire.send(get(path, self._host, cookie=self._jar())))
        if reply.status != 200:
            raise FlowFailed(f"{urlsplit(path).path}: {reply.status}")
        return reply

    async def send(self, page: Reply, path: str, fields: dict[str, str]) -> str:
        """Send a page's form and return where its answer leads."""
        found = _CSRF.search(page.body)
        if found is None:
            raise FlowFailed(f"no form at {urlsplit(path).path}")
        form = {"csrf": found[1].decode(), **fields}
        origin = {"cookie": self._jar(), "origin": f"http://{self._host}"}
        return _location(self._kept(await self._wire.send(post(path, self._host, form, **origin))))

    def _jar(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def _kept(self, reply: Reply) -> Reply:
        for line in reply.head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"set-cookie":
                cookie, _, of = value.strip().partition(b";")[0].decode().partition("=")
                self._cookies[cookie] = of
        return reply


def _location(reply: Reply) -> str:
    if reply.status not in {302, 303}:
        raise FlowFailed(f"no redirect: {reply.status}")
    return reply.header("location")
