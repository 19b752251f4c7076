"""What no answer may show, whatever was asked: somebody else's data, a secret again, a fault."""

import html
import re
from collections.abc import Iterator

import httpx

from tests.flows.places import BIND, DATA, DESK, MANDATES, METHODS, NUMBER
from tests.flows.proving import Proved
from tests.flows.scene import PERSONAS
from tests.flows.sent import Sent

_SHOWS_SECRETS = frozenset({f"{METHODS}/totp", DESK, BIND})
_COPIES = frozenset({f"{DATA}/copy/file", f"{DATA}/copy/page"})
_BETWEEN_DIGITS = re.compile(r"<[^>]*>|\s|&nbsp;")


def shown_wrongly(sent: Sent, proved: Proved | None, response: httpx.Response) -> Iterator[str]:
    """Yield what is wrong with an answer."""
    where = f"{sent.method} {sent.path}"
    if response.status_code >= 500:
        yield f"{where} answered {response.status_code}"
    shown = html.unescape(response.text) + str(response.headers)
    mine = {proved.person_id if proved else "", sent.me["person_id"] if sent.me is not None else ""}
    yield from (f"{where} {what}" for what in _of_people(sent, shown, mine))
    yield from (f"{where} {what}" for what in _secrets(sent, shown, mine))
    yield from (f"{where} {what}" for what in _of_account(sent, response))


def _of_people(sent: Sent, shown: str, mine: set[str]) -> Iterator[str]:
    typed = " ".join(value for _, value in (*sent.form, *sent.query.items()))
    is_copy = sent.path in _COPIES and bool(sent.changes_account(*_COPIES))
    for persona in PERSONAS:
        is_own = sent.told.people.get(persona.number) in mine
        if persona.number in shown and persona.number not in typed and not (is_own and is_copy):
            yield "shows a personal number"
        is_there = is_own or sent.path.startswith((MANDATES, "/act-for"))
        if persona.name in shown and persona.name not in typed and not is_there:
            yield "names somebody else"


def _secrets(sent: Sent, shown: str, mine: set[str]) -> Iterator[str]:
    if any(one in shown for one in sent.told.passwords.values()):
        yield "shows a password"
    if sent.path not in _SHOWS_SECRETS and any(one in shown for one in sent.told.secrets.values()):
        yield "shows the secret of an authenticator"
    plain = shown.replace("-", "")
    for person_id, codes in sent.told.codes.items():
        if any(code in plain for code in codes):
            yield f"shows a recovery code of {'their own' if person_id in mine else 'another'} again"
    if any(paper.code.replace("-", "") in plain for paper in sent.told.papers.values()):
        yield "shows the code of a paper"


def _of_account(sent: Sent, response: httpx.Response) -> Iterator[str]:
    """What stands behind a fresh sign-in of its person: the copy, and the number in full."""
    if sent.path in _COPIES and response.status_code == 200:
        is_copy = (
            "attachment" in response.headers.get("content-disposition", "")
            or "page-data-copy" in response.text
        )
        if is_copy and not sent.changes_account(*_COPIES):
            yield "gives a copy away"
    if sent.path == NUMBER and response.status_code == 200:
        digits = _BETWEEN_DIGITS.sub("", response.text)
        for persona in PERSONAS:
            owner = sent.changes_account(NUMBER)
            if persona.number in digits and (not owner or sent.told.people.get(persona.number) != owner):
                yield "shows a number in full"
