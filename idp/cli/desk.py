"""`hpid desk`: one-stop desks prove people who can't sign in, until there is a console for it (adr/0048)."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Annotated

import typer

from idp.audit.occasion import Occasion
from idp.cli.context import AsJson, CommandFailed, occasion, operator, say, show, with_provider
from idp.database import Done, Refused
from idp.days import VIETNAM_TIME
from idp.ids import PersonId
from idp.people.asked import SearchReason, read_text
from idp.people.model import IdentifierScheme
from idp.provider import Provider
from idp.recovery.model import DeskCase, DeskRefused, Method, Outcome
from idp.recovery.paper import read_case
from idp.recovery.service import Paper, Seen, confirm_case, open_case
from idp.reports.finding import find_people
from idp.transaction import Tx

app = typer.Typer(help="One-stop desks: people who can't sign in.", no_args_is_help=True)
Official = Annotated[str, typer.Option("--official", help="Employee number of the official at the desk.")]
_MOST = 200
_SCHEMES = (IdentifierScheme.PERSONAL_ID, IdentifierScheme.FOREIGNER_ID)
_LATE = timedelta(days=90)


@app.command("open")
def open_one(
    *,
    official: Official,
    method: Annotated[Method, typer.Option(help="How the official made sure who it is.")],
    outcome: Annotated[Outcome, typer.Option(help="What came of it.")],
    until: Annotated[
        str, typer.Option(help="Last good day of the document, 2031-05-30; empty: it has none.")
    ],
    agency: Annotated[str, typer.Option(help="Of the desk, if the official has several.")] = "",
    device: Annotated[str, typer.Option(help="What the desk calls the machine.")] = "",
    person: Annotated[str, typer.Option(help="Their ID number; asked for if it is not given.")] = "",
    document: Annotated[str, typer.Option(help="Number of the document; asked for if it is not given.")] = "",
) -> None:
    """Put a person at a desk on record, and print the paper with the code, shown this once.

    Numbers that are asked for are in no shell's memory. An official's or administrator's case waits for `confirm`.
    """
    if until and not _is_day(until):
        raise CommandFailed("--until is a day like 2031-05-30, or empty")
    number = person or typer.prompt("the person's ID number", err=True)
    paper = document or typer.prompt("number of the document", err=True)
    seen = partial(
        Seen,
        employee_number=official,
        agency_code=agency,
        device=device,
        document_number=paper.strip().upper(),
        document_until=until,
        method=method,
        outcome=outcome,
    )
    _print(_written(partial(_open, number=number, seen=seen)))


@app.command("confirm")
def confirm_one(case: str, *, official: Official) -> None:
    """Confirm another official's case, entered by another operator; the paper with the code is printed."""
    case_id = read_case(case)
    if case_id is None:
        raise CommandFailed("a case is eight letters and digits, like 7K2M-9QXD")

    def work(tx: Tx, *, provider: Provider, happening: Occasion) -> Done[Paper] | Refused:
        waits = provider.settings.life.desk_code
        return confirm_case(tx, case_id, official, waits=waits, entered_by=operator(), occasion=happening)

    _print(_written(work))


@app.command("list")
def list_cases(
    *,
    person: Annotated[str, typer.Option(help="Of one person (their id).")] = "",
    as_json: AsJson = False,
) -> None:
    """List the cases of the last ninety days, or all of one person, the latest first."""

    async def work(provider: Provider) -> list[dict[str, object]]:
        now = provider.clock.now()

        def read(tx: Tx) -> tuple[DeskCase, ...]:
            if person:
                return tx.desk_cases.of_person(PersonId(person))
            return tx.desk_cases.latest(since=now - _LATE, most=_MOST)

        return [_row(one) for one in await provider.database.read(read)]

    show(with_provider(work), as_json=as_json, title="desk cases")


@app.command("show")
def show_case(case: str, *, as_json: AsJson = False) -> None:
    """Show one case; the document's number is not kept, only whether another is the same."""

    async def work(provider: Provider) -> dict[str, object]:
        case_id = read_case(case)
        found = await provider.database.read(lambda tx: tx.desk_cases.get(case_id or ""))
        if found is None:
            raise CommandFailed(f"no case {case}")
        return {
            **_row(found),
            "commune": found.commune_code or None,
            "device": found.device or None,
            "method": found.method.value,
            "document_until": found.document_until or None,
            "entered_by": found.entered_by,
            "expires_at": found.expires_at,
            "confirmed_by": found.confirmed_by,
            "wrong_codes": found.tries,
            "used_at": found.used_at,
        }

    show(with_provider(work), as_json=as_json, title=case)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _open(
    tx: Tx, *, number: str, seen: Callable[..., Seen], provider: Provider, happening: Occasion
) -> Done[Paper] | Refused:
    asked = read_text(number)
    find_people(
        tx, asked, None, vault=provider.vault, reason=SearchReason.DESK, actor=operator(), occasion=happening
    )
    found = (tx.people.find_by_identifier(scheme, asked.value) for scheme in _SCHEMES)
    person = next((one for one in found if one is not None), None)
    if person is None:
        return Refused(DeskRefused("nobody has that number"))
    waits, who = provider.settings.life.desk_code, seen(person_id=person.person_id)
    try:
        return open_case(tx, who, waits=waits, entered_by=operator(), occasion=happening)
    except DeskRefused as error:
        return Refused(error)  # that somebody was looked for stays on record


def _written(change: Callable[..., Done[Paper] | Refused]) -> Paper:
    async def work(provider: Provider) -> Paper:
        write = partial(change, provider=provider, happening=occasion(provider))
        paper: Paper = (await provider.database.transact(write)).unwrap()
        return paper

    try:
        return with_provider(work)
    except (DeskRefused, ValueError) as error:
        raise CommandFailed(str(error)) from error


def _print(paper: Paper) -> None:
    case = paper.case
    if case.outcome is Outcome.NOT_PROVED:
        say(f"{case.case_id} is on record: nothing was proved, and nothing is given out")
    elif paper.code is None:
        say(f"{case.case_id} waits for another official: hpid desk confirm {case.case_id}")
    else:
        say(receipt(case, paper.code))


def receipt(case: DeskCase, code: str) -> str:
    """Return the paper for the person, in both languages: what was done, the code, what to do with it and against it."""
    until = case.expires_at.astimezone(VIETNAM_TIME)
    at = (case.confirmed_at or case.opened_at).astimezone(VIETNAM_TIME)
    return "\n".join(
        (
            f"PHIẾU KHÔI PHỤC TÀI KHOẢN HẢI PHÒNG ID    Số phiếu / Case: {case.case_id}",
            f"Lúc {at:%H:%M %d/%m/%Y}, tại {case.agency_code}. Đã đối chiếu giấy tờ và khuôn mặt; không lưu ảnh.",
            "",
            f"Mã dùng một lần / One-time code:  {code}",
            f"Dùng đến {until:%H:%M} tại /recover/desk trên trang Hải Phòng ID (tự gõ địa chỉ).",
            "Không đọc mã cho ai, kể cả cán bộ. Trong thời gian tạm giữ sau đó chưa ký và nộp được hồ sơ.",
            "Không phải tôi yêu cầu: báo ngay tại quầy, hoặc khóa tài khoản.",
            "",
            f"The identity was checked at {at:%H:%M %d/%m/%Y}; no photo is kept. Use the code until {until:%H:%M} at",
            "/recover/desk of Hải Phòng ID (type the address). Read it to nobody, not even an official.",
            "If you did not ask for this: say so at the desk, or lock the account.",
        )
    )


def _row(case: DeskCase) -> dict[str, object]:
    return {
        "case": case.case_id,
        "opened_at": case.opened_at,
        "person_id": case.person_id,
        "official_id": case.official_id,
        "agency": case.agency_code,
        "outcome": case.outcome.value,
        "waits": case.is_waiting,
        "used": case.used_at is not None,
    }
