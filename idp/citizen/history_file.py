"""`/account/history/file`: what the history lists, as a table for a spreadsheet (PAGES §3.1.17; RFC 4180)."""

import csv
import io
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from idp.audit.events import AuditEvent
from idp.citizen.account import Holder, holder_of, query
from idp.citizen.history import kind_of, row, types_of
from idp.days import VIETNAM_TIME, day_of
from idp.edge import Answer, Call
from idp.edge.answer import NO_STORE
from idp.edge.page import language_of
from idp.merges.model import Span
from idp.reports.history import PAGE, history
from idp.transaction import Tx
from idp.ui.account_rows import Happened
from idp.ui.history_words import WORDS
from idp.ui.strings import Texts

MOST = 500
"""Events that one file is made of, in some 25 ms of the loop; whoever needs more asks for the copy of their data."""
_COLUMNS = (
    "history_file_day",
    "history_file_time",
    "history_kind",
    "history_file_what",
    "history_file_said",
    "history_file_device",
)
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a spreadsheet would compute instead of show, in wide letters too, and behind spaces or quotes (CWE-1236)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    events: tuple[AuditEvent, ...]
    spans: tuple[Span, ...]
    has_more: bool


async def show(call: Call) -> Answer:
    """Give the file: of one kind or service if that is asked for, as the page lists it."""
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    listed = await call.provider.database.read(partial(_load, holder=holder, call=call))
    texts = call.provider.pages.texts(language_of(call))
    lines = [[texts.plain(name) for name in _COLUMNS]]
    lines += [_line(texts, event, await row(call, event, holder, listed.spans)) for event in listed.events]
    if listed.has_more:
        lines.append([texts.plain("history_file_more", n=MOST)])
    return _answer(call, lines)


def _load(tx: Tx, *, holder: Holder, call: Call) -> _Listed:
    types, service = types_of(kind_of(call)), query(call, "service")
    found: list[AuditEvent] = []
    before = ""
    for _ in range(MOST // PAGE):
        listed = history(tx, holder.person_id, types, unverified_before=before)
        found += [one for one in listed.events if not service or one.payload.get("client_id") == service]
        before = listed.older_than
        if not before:
            break
    spans = tx.merges.spans_of(holder.person_id)
    return _Listed(events=tuple(found), spans=spans, has_more=bool(before))


def _line(texts: Texts, event: AuditEvent, happened: Happened) -> list[str]:
    at = happened.at.astimezone(VIETNAM_TIME)
    service = happened.service or texts.plain("history_service_gone")
    if isinstance(service, Markup):
        service = service.striptags()
    return [
        f"{at:%d/%m/%Y}",
        f"{at:%H:%M:%S}",
        texts.plain(f"history_kind_{WORDS[event.type].kind.value}"),
        texts.plain(happened.what, service=service),
        "; ".join((*_sent(texts, happened), *(texts.plain(key) for key in happened.said))),
        happened.device,
    ]


def _sent(texts: Texts, happened: Happened) -> list[str]:
    return [texts.plain(one.key, what=", ".join(map(texts.plain, one.labels))) for one in happened.sent]


def _answer(call: Call, lines: list[list[str]]) -> Answer:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_shown(cell) for cell in line] for line in lines)
    name = f"hai-phong-id-{day_of(call.provider.clock.now()).isoformat()}.csv"
    headers = (
        ("content-type", "text/csv; charset=utf-8; header=present"),
        ("content-disposition", f'attachment; filename="{name}"'),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        *NO_STORE,
    )
    return Answer(headers=headers, body=text.getvalue().encode("utf-8-sig", "replace"))


def _shown(cell: str) -> str:
    return f"'{cell}" if cell.lstrip("\t\r\n \"'").startswith(_FORMULA) else cell
