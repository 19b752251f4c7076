"""A try at each gate: all is there and right but the one thing that the gate asks for.

Every drawn sequence begins with one of them, in turn, while nothing else has happened: a gate that lets somebody through
is found within a round or two of them.
"""

from collections.abc import Callable, Mapping, Sequence

from tests.flows.errands import errand
from tests.flows.hand import MISTYPES
from tests.flows.player import Step
from tests.flows.routes import (
    ALWAYS_THERE,
    BY_PAPER,
    RECOVER,
    SOON,
    TOO_LATE,
    WAITING,
    anew,
    begun_anew,
    equipped,
    errand_of,
    opened_by_mail,
    sign_in_at,
)
from tests.flows.twists import FORGED

Trial = Callable[[int, int, int], Sequence[Step]]
"""In a browser, by somebody whose account reaches every level, with a number for what else may be chosen."""
_WRONG_SECOND = MISTYPES - 1
_RECOVERY_CODE, _APP, _PASSWORD = 2, 3, 4
_HONEST, _LOW = 0, 2


def _late(browser: int, who: int, n: int) -> Sequence[Step]:
    """The form is sent when the sign-in is no longer fresh."""
    return anew(browser, who, ALWAYS_THERE[n % len(ALWAYS_THERE)], _HONEST, ("wait", TOO_LATE))


def _recovered_late(browser: int, who: int, n: int) -> Sequence[Step]:
    """So is that of a recovery, which says itself what is fresh."""
    return anew(browser, who, RECOVER, n, ("wait", TOO_LATE))


def _forged(browser: int, who: int, n: int) -> Sequence[Step]:
    """The form comes from elsewhere, in the browser of whoever is signed in."""
    which, twist = ALWAYS_THERE[n % len(ALWAYS_THERE)], FORGED[n // len(ALWAYS_THERE) % len(FORGED)]
    return anew(browser, who, which, _HONEST, twist=twist)


def _held(browser: int, who: int, n: int) -> Sequence[Step]:
    """The account was recovered a moment ago."""
    waiting = errand_of(browser, who, WAITING[n % len(WAITING)], _HONEST)
    return [*anew(browser, who, RECOVER, n), *waiting]


def _without_second(browser: int, who: int, _n: int) -> Sequence[Step]:
    """The password is right; the second factor is not, neither the app's code nor a recovery code."""
    return [
        *equipped(browser, who, _RECOVERY_CODE),
        ("begin_anew", browser + 1),
        *sign_in_at(browser + 1, 0, who, _APP, _WRONG_SECOND),
        ("prove", who, _RECOVERY_CODE, _WRONG_SECOND),
    ]


def _with_own_app(browser: int, who: int, _n: int) -> Sequence[Step]:
    """All is right: it counts for no more than it is."""
    return [
        *equipped(browser, who, _APP),
        ("begin_anew", browser + 1),
        *sign_in_at(browser + 1, 0, who, _APP, _HONEST),
    ]


def _without_number(_browser: int, who: int, n: int) -> Sequence[Step]:
    """The phone is theirs and near by; the number of the screen is another. Which two browsers are near each other is
    the scene's to say."""
    screen = n % 2
    return [
        ("begin_anew", screen),
        *begun_anew(screen + 1, who),
        ("sign_in", screen + 1, who, 0),
        ("show_code", screen, 0),
        ("scan", screen + 1, who, MISTYPES),
        ("take_answer", screen),
    ]


def _locked_by_name(browser: int, who: int, n: int) -> Sequence[Step]:
    """Anybody knows a name; the recovery code is wrong."""
    way = (_RECOVERY_CODE, _PASSWORD)[n % 2]
    return [*equipped(browser, who, way), *errand_of(browser + 1, who, errand("lock by a code"), MISTYPES)]


def _without_sent_code(browser: int, who: int, _n: int) -> Sequence[Step]:
    """The address is theirs and opens the account; the code is not what was sent to it."""
    return [
        *begun_anew(browser, who),
        ("begin_anew", browser + 1),
        *opened_by_mail(browser, who, _HONEST, typed=_WRONG_SECOND),
    ]


def _address_of_today(browser: int, who: int, _n: int) -> Sequence[Step]:
    """The code is right; its address opens the account from tomorrow on."""
    return [
        *begun_anew(browser, who),
        ("begin_anew", browser + 1),
        *opened_by_mail(browser, who, _HONEST, wait=SOON),
    ]


def _without_paper(browser: int, who: int, _n: int) -> Sequence[Step]:
    """The number of the case is right; the code of the paper is not."""
    return [
        *begun_anew(browser, who),
        ("be_proved_at_a_desk", who),
        ("walk", browser + 1, who, BY_PAPER),
        ("send", who, _HONEST, _WRONG_SECOND),
        ("go_on", who, _HONEST),
    ]


def _low_account(browser: int, _who: int, _n: int) -> Sequence[Step]:
    """All is right; the account there reaches no more than low."""
    return [("begin_anew", browser), *sign_in_at(browser, 0, _LOW, 0, _HONEST)]


def _return_elsewhere(browser: int, who: int, n: int) -> Sequence[Step]:
    """They prove who they are there; another browser comes back, and then this one."""
    return [
        ("begin_anew", browser),
        ("begin_anew", browser + 1),
        ("knock", browser, 0, 0),
        ("press", 0, 0, who, 0, _HONEST),
        ("travel", 0, who, 2),
        ("come_again", browser, 0),
    ]


def _not_agreed(browser: int, who: int, n: int) -> Sequence[Step]:
    """They are signed in, and the service asks on without their having agreed."""
    service = n % 2
    return [
        *begun_anew(browser, who),
        *sign_in_at(browser, service, who, 0, _HONEST),
        ("knock", browser, service, 0),
    ]


TRIALS: Mapping[str, Trial] = {
    "late": _late,
    "recovered late": _recovered_late,
    "forged": _forged,
    "held": _held,
    "without second factor": _without_second,
    "with own app": _with_own_app,
    "without number": _without_number,
    "locked by name": _locked_by_name,
    "without sent code": _without_sent_code,
    "address of today": _address_of_today,
    "without paper": _without_paper,
    "low account": _low_account,
    "return elsewhere": _return_elsewhere,
    "not agreed": _not_agreed,
}
_NAMES = tuple(TRIALS)


def trial(turn: int, browser: int, who: int, n: int) -> Sequence[Step]:
    """Return the trial whose turn it is."""
    return TRIALS[_NAMES[turn % len(_NAMES)]](browser, who, n)
