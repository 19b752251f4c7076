"""Several steps one after the other, as people take them: what the machine draws as one rule."""

from collections.abc import Sequence

from tests.flows.errands import errand
from tests.flows.player import WAITS, Step

_OWN_WAYS = tuple(
    errand(one) for one in ("add a passkey", "make recovery codes", "bind an app", "set a password")
)
_NEEDED = {1: (0,), 2: (3, 2, 1), 3: (3, 2), 4: (3,)}
"""Which of these a way to sign in at a service needs: passkey, recovery code, app, password alone."""
RECOVER, CLOSE, OPEN_AGAIN = errand("recover"), errand("close the account"), errand("unlock")
ALWAYS_THERE = tuple(
    errand(one)
    for one in (
        *("set a password", "bind an app", "make recovery codes", "add a passkey", "prove an address"),
        *("ask for a copy", "close the account", "see the number", "recover"),
    )
)
"""Errands that need nothing but a fresh sign-in."""
WAITING = tuple(errand(one) for one in ("prove an address", "ask for a copy", "close the account"))
"""Those of them that wait for a day after a recovery."""
BY_PAPER, BY_MAIL = errand("recover by paper"), errand("lock by the link of a mail")
TOO_LATE, _NEXT_CODE, SOON, TOMORROW, A_WEEK = (WAITS.index(one) for one in (601, 31, 4000, 90_000, 691_200))


def errand_of(browser: int, who: int, which: int, n: int, *, twist: int = 0) -> Sequence[Step]:
    """Walk to a form, send it, and go on with what comes."""
    return [("walk", browser, who, which), ("send", who, twist, n), ("go_on", who, n)]


def anew(browser: int, who: int, which: int, n: int, *between: Step, twist: int = 0) -> Sequence[Step]:
    """Do it in a browser that holds nothing yet, so that nobody else is signed in there."""
    walk, *rest = errand_of(browser, who, which, n, twist=twist)
    return [*begun_anew(browser, who), walk, *between, *rest]


def begun_anew(browser: int, who: int) -> Sequence[Step]:
    """Come with a browser that holds nothing yet, and sign in so that one's own lock opens, if there is one."""
    walk, send, _ = errand_of(browser, who, OPEN_AGAIN, 0)
    return [("begin_anew", browser), walk, send]


def disturbances(browser: int, who: int) -> Sequence[Sequence[Step]]:
    """What may happen between a page and its form."""
    ends, locks = errand("end a session"), errand("lock here")
    return (
        [("wait", TOO_LATE)],
        [("knock", browser, 0, 0), ("prove", who + 1, 0, 0)],
        [("aside", "walk", browser + 1, who, ends), ("aside", "send", who, 0, 1)],
        [
            ("aside", "walk", browser + who % 2, who, RECOVER if who % 2 else locks),
            ("aside", "send", who, 0, 0),
        ],
    )


def equipped(browser: int, who: int, way: int) -> Sequence[Step]:
    """Take what a way to sign in needs in a browser of their own, and let the code that bound it pass."""
    found = [step for one in _NEEDED[way] for step in errand_of(browser, who, _OWN_WAYS[one], 0)]
    return [*begun_anew(browser, who), *found, ("wait", _NEXT_CODE)]


def sign_in_at(browser: int, service: int, who: int, way: int, n: int) -> Sequence[Step]:
    """Go to a service and prove factor after factor there."""
    proofs = 1 if way in {0, 1} else 2
    return [("knock", browser, service, way), *[("prove", who, way, n)] * proofs]


def opened_by_mail(
    browser: int, who: int, n: int, *, wait: int = TOMORROW, typed: int | None = None
) -> Sequence[Step]:
    """Prove an address, let codes to it open the account, wait until they do, and sign in by one."""
    proved = errand_of(browser, who, errand("prove an address"), n)
    lets = errand_of(browser, who, errand("let an address sign in"), n)
    return [
        *proved,
        *lets,
        ("wait", wait),
        *sign_in_at(browser + 1, 0, who, 5, n if typed is None else typed),
    ]


def appointed(browser: int, to: int, says: int) -> Sequence[Step]:
    """Whoever represents the company offers a mandate; whom it is for answers, in the next browser."""
    offer = errand_of(browser, 0, errand("offer a mandate"), to)
    return [*offer, *errand_of(browser + 1, to, errand("answer an offer"), says)]


UNDOING: Sequence[tuple[str, ...]] = (
    ("prove an address", "remove an address"),
    ("prove an address", "let an address sign in"),
    ("prove an address", "let an address sign in", "recover"),
    ("add a passkey", "rename a passkey"),
    ("add a passkey", "remove a passkey"),
    ("set a password", "remove the password"),
    ("set a password", "bind an app", "remove the app"),
    ("make recovery codes", "remove the codes"),
    ("ask for a copy", "work", "take the copy"),
    ("ask for a copy", "work", "read the copy"),
    ("ask to see", "take a request back"),
    ("restrict", "lift the restriction"),
    ("close the account", "take a request back"),
    ("set a password", "make recovery codes", "lock by a code", "unlock"),
    ("set a password", "lock by a code"),
    ("sign in", "lock here", "unlock"),
    ("disown an event", "unlock"),
    ("agree", "withdraw consent"),
    ("agree", "object"),
    ("appoint", "end a mandate"),
    ("appoint", "end an own mandate"),
    ("offer a mandate", "take an offer back"),
)
"""What is done and then undone, or done with what was got."""


_BY_THE_COMPANY = frozenset({"end a mandate", "take an offer back"})


def undone(browser: int, who: int, which: int, twist: int, n: int) -> Sequence[Step]:
    """Do it, and undo it with a form that is bent."""
    *before, last = UNDOING[which]
    by = 0 if last in _BY_THE_COMPANY else who
    steps = [step for one in before for step in _first(one, browser, by, n)]
    where = browser + 1 if last == "end an own mandate" else browser
    return [*begun_anew(browser, by), *steps, *errand_of(where, by, errand(last), n, twist=twist)]


def _first(name: str, browser: int, who: int, n: int) -> Sequence[Step]:
    if name == "work":
        return [("work",)]
    if name == "sign in":
        return [("sign_in", browser, who, 0)]
    if name == "agree":
        return [*sign_in_at(browser, 0, who, 0, n), ("agree", 0, 1)]
    if name == "appoint":
        return appointed(browser, who or 1, 0)
    return errand_of(browser, who, errand(name), n)
