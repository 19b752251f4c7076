"""A request about one's own data, valid by default."""

from dataclasses import replace
from typing import Any

from idp.data_rights.model import DataRequest, Right
from idp.ids import PersonId
from tests.stores.samples import DAY, NOW


def make_request(person_id: PersonId, request_id: str = "q", **changes: Any) -> DataRequest:
    request = DataRequest(
        request_id=request_id,
        person_id=person_id,
        right=Right.CORRECT,
        what="tên đệm sai",
        why="giấy khai sinh",
        received_at=NOW,
        answer_due_at=NOW + 2 * DAY,
        complete_due_at=NOW + 10 * DAY,
    )
    return replace(request, **changes)


def ask(tx: Any, person_id: PersonId, request_id: str = "q", **changes: Any) -> DataRequest:
    """Store a request."""
    request = make_request(person_id, request_id, **changes)
    tx.data_requests.add(request)
    return request
