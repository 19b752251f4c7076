"""No time tells whether there is such an account: somebody and nobody, turn about, a thousand times (SECURITY E16).

Each entry of ENTRIES is a way to ask with a name, or with an address for a code. Who exists is of every sort: with a
password, without one, locked, and with a password others know; each has an address that opens the account. For each
entry, in two of three runs: the medians lie within 3 % of each other, and who exists takes longer in 45 to 55 of 100
pairs. Status, headers and length are the same in every pair. Meant for an idle machine; HPID_PROOF_PAIRS asks for fewer
pairs, which prove less.
"""

import asyncio
import http.client
import os
import random
import re
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from idp.credentials.model import PasswordCredential
from idp.database import Done
from idp.ids import PersonId
from idp.messages.model import Channel
from idp.people.contacts import Contact
from idp.people.model import IdentifierScheme, PersonStatus
from idp.transaction import Tx
from tests.driver import RelyingParty
from tests.server import A_NODE_KNOWS_IT, Installation, Node, free_ports, open_served, serving
from tests.world import PASSWORD

PAIRS = int(os.environ.get("HPID_PROOF_PAIRS", "1000"))
RUNS, ENOUGH = 3, 2
_APART, _LEAST, _MOST = 0.03, 0.45, 0.55
_TRIES_EACH = 4
"""With one name, fewer than would make it wait or would be refused a code."""
_LONG = timedelta(days=3)
"""For which addresses have opened accounts: no younger one does."""
SORTS = ("password", "no password", "locked", "compromised")
_ADDRESSES = (f"10.{n >> 8 & 255}.{n & 255}.7" for n in count(1))
"""One for each request, each in a network of its own."""
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_OTHERWISE = {"date", "set-cookie", "content-security-policy"}
"""Headers whose values differ from one answer to the next whoever asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """One answer: how long it took, and what it looks like from outside."""

    seconds: float
    looks: tuple[object, ...]


class Caller:
    """One browser at the node, each of whose requests comes from another address."""

    def __init__(self, port: int, rp: RelyingParty) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._host = f"localhost:{port}"
        self._cookies: dict[str, str] = {}
        answer, _ = self.send("GET", rp.authorize_url().split("8000", 1)[-1].removeprefix(self._host))
        self.interaction = re.split("[?&]i=", answer.getheader("location") or "")[1]
        _, body = self.send("GET", f"/sign-in/password?i={self.interaction}")
        found = _CSRF.search(body.decode())
        assert found is not None, body[:500]
        self.csrf = found[1]

    def send(
        self, method: str, path: str, form: Mapping[str, str] | None = None
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Send a request and keep the cookies of its answer."""
        headers = {
            "host": self._host,
            "x-forwarded-for": next(_ADDRESSES),
            "cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
        }
        if form is not None:
            headers |= {
                "content-type": "application/x-www-form-urlencoded",
                "sec-fetch-site": "same-origin",
                "origin": "null",
            }
        self._connection.request(method, path, urlencode(form) if form else None, headers)
        answer = self._connection.getresponse()
        body = answer.read()
        for cookie in answer.headers.get_all("set-cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer, body


def wrong_password(caller: Caller, name: str) -> Took:
    """Ask with a name and a password that is nobody's."""
    form = {"username": name, "password": "nobody has this one, ever"}
    return _asked(caller, f"/sign-in/password?i={caller.interaction}", form)


def wrong_recovery_code(caller: Caller, name: str) -> Took:
    """Ask to lock with a name and a recovery code that is nobody's."""
    return _asked(caller, "/lock/recovery", {"username": name, "recovery-code": "0000-0000-0000-0000"})


def code_by_mail(caller: Caller, name: str) -> Took:
    """Ask for a code by mail."""
    return _asked(caller, f"/sign-in/code?i={caller.interaction}", {"address": f"{name}@example.vn"})


def _asked(caller: Caller, path: str, form: Mapping[str, str]) -> Took:
    began = time.perf_counter()
    answer, body = caller.send("POST", path, {"csrf": caller.csrf, **form})
    seconds = time.perf_counter() - began
    headers = tuple(
        sorted(
            (key.lower(), "" if key.lower() in _OTHERWISE else value) for key, value in answer.getheaders()
        )
    )
    return Took(seconds=seconds, looks=(answer.status, headers, len(body), b'id="error"' in body))


ENTRIES: Mapping[str, Callable[[Caller, str], Took]] = {
    "password": wrong_password,
    "lock": wrong_recovery_code,
    "code": code_by_mail,
}
"""Every way to ask with a name before anybody has proved anything; one that comes is one line more."""


def prove(folder: Path) -> int:
    """Return how many entries told somebody from nobody."""
    port, mail_port = free_ports(2)
    settings = {
        "HPID_TRUSTED_PROXIES": "127.0.0.1",  # so that no limit of one address is met
        "HPID_SIGN_IN_CODES": "email",
        "HPID_MAIL_HOST": "127.0.0.1",
        "HPID_MAIL_PORT": str(mail_port),
        "HPID_MAIL_TLS": "none",
        "HPID_MAIL_FROM": "khong-tra-loi@haiphong.example",
    }
    installation = Installation(folder=folder / "state", port=port, settings=settings)
    (rp,) = installation.prepare("rp-timed")
    names, strangers = asyncio.run(_arrange(installation))
    node = Node(installation, port)
    told = 0
    with serving(node), _mail_server(mail_port):
        time.sleep(A_NODE_KNOWS_IT)
        for entry, ask in ENTRIES.items():
            passed = 0
            for run in range(1, RUNS + 1):
                passed += _run(entry, run, ask, Caller(port, rp), names, strangers)
                if passed == ENOUGH:
                    break
            told += passed < ENOUGH
    return told


@contextmanager
def _mail_server(port: int) -> Iterator[None]:
    """Take what is sent to people, and keep nothing."""
    server = Controller(Sink(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield
    finally:
        server.stop()


async def _arrange(installation: Installation) -> tuple[Iterator[str], Iterator[str]]:
    """Put in people of every sort, and hand out a name of theirs for each try, and as many names that are nobody's."""
    number = -(-PAIRS * RUNS * len(ENTRIES) // _TRIES_EACH) + len(SORTS)
    async with open_served(installation) as world:
        password_hash = await world.provider.hashing.hash(PASSWORD)
        names = []
        for place in range(number):
            name, sort = _name(), SORTS[place % len(SORTS)]
            person = await world.person(name)

            put = partial(
                _put,
                person_id=person.person_id,
                name=name,
                sort=sort,
                password_hash=password_hash,
                now=world.time(),
            )
            await world.write(put)
            names.append(name)
        strangers = await world.write(partial(_strangers, number=number + RUNS * len(ENTRIES)))
    return _each(names), _each(strangers)


def _each(names: Iterable[str]) -> Iterator[str]:
    return (name for name in names for _ in range(_TRIES_EACH))


def _strangers(tx: Tx, *, number: int) -> Done[list[str]]:
    """Return names that are nobody's, no two on one counter: of the million of these two may share one, and slow down."""
    found: dict[str, str] = {}
    while len(found) < number:
        name = _name()
        found.setdefault(tx.attempts.nobody(name), name)
    return Done(list(found.values()))


def _put(
    tx: Tx, *, person_id: PersonId, name: str, sort: str, password_hash: str, now: datetime
) -> Done[None]:
    tx.people.add_identifier(person_id, IdentifierScheme.USERNAME, name, now=now)
    contact = Contact(
        contact_id=name,
        channel=Channel.EMAIL,
        address=f"{name}@example.vn",
        language="vi",
        verified_at=now - _LONG,
        signs_in_since=now - _LONG,
    )
    tx.contacts.add(person_id, contact)
    tx.people.add_identifier(person_id, IdentifierScheme.EMAIL, contact.address, now=now)
    if sort != "no password":
        known = now if sort == "compromised" else None
        tx.passwords.put(
            PasswordCredential(
                person_id=person_id, password_hash=password_hash, changed_at=now, compromised_at=known
            )
        )
    if sort == "locked":
        tx.people.set_status(person_id, PersonStatus.LOCKED, "proof", now)
    return Done(None)


def _name() -> str:
    """Return a name as long as all others."""
    return f"n{secrets.token_hex(6)}"


def _run(
    entry: str,
    run: int,
    ask: Callable[[Caller, str], Took],
    caller: Caller,
    names: Iterator[str],
    strangers: Iterator[str],
) -> bool:
    order = random.Random(run)
    for _ in range(_TRIES_EACH):
        ask(caller, next(strangers))  # what is made once is made
    somebody: list[Took] = []
    nobody: list[Took] = []
    for _ in range(PAIRS):
        turns = [(somebody, next(names)), (nobody, next(strangers))]
        order.shuffle(turns)
        for taken, name in turns:
            taken.append(ask(caller, name))
    looks = {one.looks for one in (*somebody, *nobody)}
    medians = [statistics.median(one.seconds for one in taken) for taken in (somebody, nobody)]
    apart = (medians[0] - medians[1]) / medians[1]
    slower = sum(a.seconds > b.seconds for a, b in zip(somebody, nobody, strict=True)) / PAIRS
    passed = len(looks) == 1 and abs(apart) <= _APART and _LEAST <= slower <= _MOST
    print(
        f"{entry} {run}: medians {medians[0] * 1000:.2f} and {medians[1] * 1000:.2f} ms, apart {apart:+.1%},"
        f" slower in {slower:.3f} of {PAIRS} pairs, {len(looks)} looks: {'passed' if passed else 'failed'}"
    )
    if len(looks) > 1:
        print(*sorted(map(str, looks)), sep="\n")
    return passed


def main() -> int:
    """Prove it."""
    with tempfile.TemporaryDirectory() as name:
        return prove(Path(name))


if __name__ == "__main__":
    sys.exit(main())
