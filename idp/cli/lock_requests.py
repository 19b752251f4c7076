"""`hpid people lock-request|unlock-request|lock-requests|decide`: what authorities ask for in writing, in four eyes."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer

from idp.audit.occasion import Occasion
from idp.cli.context import (
    AsJson,
    carry_out,
    forbidden_by,
    occasion,
    operator,
    say,
    show,
    with_provider,
)
from idp.cli.moments import read_day
from idp.database import Done, Refused
from idp.days import VIETNAM_TIME, last_day, start_of
from idp.ids import PersonId
from idp.life_events.model import Decision, LockRequest, Wish
from idp.life_events.service import Letter, RequestRefused, decide_request, enter_request
from idp.provider import Provider
from idp.transaction import Tx

Authority = Annotated[str, typer.Option(help="Who asks: police office, court, agency, service.")]
Reference = Annotated[str, typer.Option("--letter", help="Number and day of the letter.")]
Received = Annotated[
    str, typer.Option(help="The day the letter was received, in Việt Nam: 2026-03-02. Unset: today.")
]
_MOST = 200


def lock_request(person_id: str, *, authority: Authority, letter: Reference, received: Received = "") -> None:
    """Enter a written request to lock an account; another than you decides it within two working days."""
    _enter(person_id, Wish.LOCK, authority, letter, received)


def unlock_request(
    person_id: str, *, authority: Authority, letter: Reference, received: Received = ""
) -> None:
    """Enter a written request to unlock an account that was locked on a written request."""
    _enter(person_id, Wish.UNLOCK, authority, letter, received)


def lock_requests(
    *,
    person: Annotated[str, typer.Option(help="Of one person, decided ones too.")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what should be decided by now.")] = False,
    as_json: AsJson = False,
) -> None:
    """List written requests that nobody has decided, what is due first first."""

    async def work(provider: Provider) -> list[dict[str, object]]:
        now = provider.clock.now()

        def read(tx: Tx) -> tuple[LockRequest, ...]:
            return (
                tx.lock_requests.of_person(PersonId(person)) if person else tx.lock_requests.undecided(_MOST)
            )

        found = await provider.database.read(read)
        return [_row(one, now) for one in found if one.is_overdue(now) or not overdue]

    show(with_provider(work), as_json=as_json, title="written requests")


def decide(
    request_id: str,
    decision: Annotated[Decision, typer.Argument(help="granted or refused.")],
    *,
    reason: Annotated[str, typer.Option(help="Of a refusal: what the authority is told in writing.")] = "",
) -> None:
    """Decide a written request that another entered: done at once, or refused in writing, with its reason."""

    def change(tx: Tx, happening: Occasion) -> Done[LockRequest] | Refused:
        return decide_request(tx, request_id, decision, reason, actor=operator(), occasion=happening)

    decided = carry_out(change, RequestRefused)
    say(f"{request_id} is {decision.value}")
    if decision is Decision.REFUSED:
        say(refusal_letter(decided))


def refusal_letter(request: LockRequest) -> str:
    """Return the refusal as it goes to the authority (Decree 30/2020/NĐ-CP, appendix I)."""
    day = (request.decided_at or request.entered_at).astimezone(VIETNAM_TIME)
    wish = "khóa" if request.wish is Wish.LOCK else "mở khóa"
    return "\n".join(
        (
            "",
            f"Hải Phòng, ngày {day.day:02d} tháng {day.month:02d} năm {day.year}",
            f"Kính gửi: {request.authority}",
            f"Về việc từ chối yêu cầu {wish} tài khoản định danh (mã hồ sơ {request.request_id})",
            f"Phúc đáp văn bản {request.letter}, thành phố không thực hiện yêu cầu nêu trên vì lý do sau:",
            request.reason,
        )
    )


def _enter(person_id: str, wish: Wish, authority: str, letter: str, received: str) -> None:
    async def work(provider: Provider) -> LockRequest:
        happening = occasion(provider)
        written = Letter(authority=authority, reference=letter, received_at=_received_at(received, happening))
        change = partial(
            enter_request,
            person_id=PersonId(person_id),
            wish=wish,
            letter=written,
            holidays=provider.settings.holidays,
            actor=operator(),
            occasion=happening,
        )
        with forbidden_by(RequestRefused):
            return (await provider.database.transact(change)).unwrap()

    request = with_provider(work)
    say(
        f"{request.request_id} is to be decided by the end of {last_day(request.due_at)}, by another than you"
    )


def _received_at(received: str, happening: Occasion) -> datetime:
    if not received:
        return happening.now
    return start_of(read_day("--received", received)).astimezone(UTC)


def _row(request: LockRequest, now: datetime) -> dict[str, object]:
    return {
        "request_id": request.request_id,
        "person_id": request.person_id,
        "wish": request.wish.value,
        "authority": request.authority,
        "letter": request.letter,
        "entered_by": request.entered_by,
        "due": last_day(request.due_at).isoformat(),
        "overdue": request.is_overdue(now),
        "decision": None if request.decision is None else request.decision.value,
        "decided_by": request.decided_by or None,
        "reason": request.reason or None,
    }
