"""The worker's part in people's rights: it makes the copies that were asked for, and closes accounts whose time has come.

Each copy and each account has a transaction of its own. A copy is read at one moment and sealed before it is stored;
what fails is tried again until the copy's time is over. An account that can't be closed now, because its person became
the last to represent somebody, stays, and the request is refused with that reason; one that is locked waits.
"""

from datetime import timedelta
from functools import partial

from idp.audit.occasion import Occasion
from idp.data_rights.model import Copy, DataRequest, NotTaken, RequestState
from idp.data_rights.service.closing import close_account, hold_represented, why_not_closed
from idp.data_rights.service.copying import keep_copy
from idp.data_rights.service.document import document
from idp.data_rights.service.working import close_request
from idp.database import Database, Done
from idp.transaction import Tx

COPIES = 5
"""Copies of one run."""
CLOSINGS = 10
"""Accounts of one run."""
_LEASE = timedelta(minutes=10)
_LATER = timedelta(days=1)
_WORDS = {
    NotTaken.UNDER_AGE: "Người dưới 16 tuổi đóng tài khoản cùng cha, mẹ hoặc người giám hộ tại bộ phận một cửa.",
    NotTaken.HOLDS_POST: "Đang là cán bộ hoặc quản trị hệ thống của thành phố: cần thôi nhiệm vụ đó trước.",
    NotTaken.LAST_REPRESENTATIVE: "Là người đại diện duy nhất của một tổ chức: cần có người đại diện khác trước.",
    NotTaken.LAST_PARENT: "Là người duy nhất đại diện cho trẻ hoặc người được giám hộ: cần có người khác trước.",
}
"""What stands against closing → what the person is told, who was told so when they asked if it was so then."""


async def make_copies(database: Database[Tx], occasion: Occasion, *, issuer: str, lasts: timedelta) -> int:
    """Make the copies that wait; return how many were taken up."""
    claim = partial(_claim, occasion=occasion)
    copies = (await database.transact(claim)).unwrap()
    for copy in copies:
        read = partial(document, person_id=copy.person_id, issuer=issuer, now=occasion.now)
        content = await database.read(read)
        if content is None:
            await database.transact(partial(_drop, copy=copy))
            continue
        keep = partial(keep_copy, copy=copy, document=content, lasts=lasts, occasion=occasion)
        await database.transact(keep)
    return len(copies)


async def close_accounts(database: Database[Tx], occasion: Occasion) -> int:
    """Close the accounts whose time has come; return how many were looked at."""
    due = await database.read(lambda tx: tx.data_requests.to_close(occasion.now, CLOSINGS))
    for request in due:
        await database.transact(partial(_close, request=request, occasion=occasion))
    return len(due)


def _claim(tx: Tx, *, occasion: Occasion) -> Done[tuple[Copy, ...]]:
    return Done(tx.data_copies.claim(occasion.now, until=occasion.now + _LEASE, most=COPIES))


def _drop(tx: Tx, *, copy: Copy) -> Done[None]:
    tx.data_copies.drop(copy.person_id)
    return Done(None)


def _close(tx: Tx, *, request: DataRequest, occasion: Occasion) -> Done[None]:
    """Close one account, or say why not; whoever takes the request back first has taken it back."""
    person = tx.people.lock_standing(request.person_id)
    found = tx.data_requests.get(request.request_id)
    if person is None or found is None or found.closed_at is not None:
        return Done(None)
    hold_represented(tx, person.person_id, occasion=occasion)
    broken = why_not_closed(tx, person, occasion=occasion)
    if broken is NotTaken.NOT_ACTIVE:
        tx.data_requests.put_off(request.request_id, occasion.now + _LATER)
        return Done(None)
    if broken is not None:
        close_request(
            tx,
            found,
            RequestState.REFUSED,
            _WORDS[broken],
            actor="system",
            occasion=occasion,
            reason=broken.value,
        )
        return Done(None)
    close_account(tx, person, request.request_id, occasion=occasion)
    tx.data_requests.close(request.request_id, RequestState.COMPLETED, "", by="system", now=occasion.now)
    return Done(None)
