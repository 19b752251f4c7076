"""The files on the board: invented, the same at every start, dated from today so that some are always due.

Who files what is left out on purpose: an example needs no people's names.
"""

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from demo.apps.common.words import Words
from demo.apps.egov.agencies import Agency

State = Literal["new", "working", "waiting"]
STATES: dict[State, Words] = {
    "new": Words("Mới nhận", "New"),
    "working": Words("Đang xử lý", "In progress"),
    "waiting": Words("Chờ bổ sung", "Waiting for papers"),
}
_DAY = 24 * 3600
_EACH = 5
_OF_COMMUNES = (
    Words("Đăng ký khai sinh", "Register a birth"),
    Words("Cấp bản sao trích lục hộ tịch", "Copy of a civil status extract"),
    Words("Cấp số nhà", "Assign a house number"),
    Words("Cấp giấy xác nhận tình trạng hôn nhân", "Certificate of marital status"),
    Words("Cấp lại giấy chứng nhận đăng ký hộ kinh doanh", "Reissue a household business certificate"),
)
_OF_UNITS = (
    Words("Đăng ký dự tuyển vào trường công lập", "Apply for a place at a public school"),
    Words("Cấp bản sao văn bằng", "Copy of a diploma"),
    Words("Chuyển trường", "Change of school"),
)
_OF_OTHERS = (
    Words("Góp ý dự thảo quyết định", "Comments on a draft decision"),
    Words("Báo cáo tháng", "Monthly report"),
    Words("Thông báo thay đổi nội dung đăng ký doanh nghiệp", "Notify a change of company registration"),
    Words("Trả lời kiến nghị của người dân", "Answer to a petition"),
)
_WHAT = {"commune": _OF_COMMUNES, "unit": _OF_UNITS}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that an agency works on."""

    number: str
    what: Words
    agency: Agency
    state: State
    received_at: float
    due_at: float

    def is_late(self, now: float) -> bool:
        """Tell whether its day is over."""
        return self.due_at < now


def files_of(agency: Agency, now: float) -> list[File]:
    """Return an agency's files, the one due first on top."""
    files = [_file(agency, number, now) for number in range(1, _EACH + 1)]
    return sorted(files, key=lambda file: (file.due_at, file.number))


def files_of_all(seen: Iterable[Agency], now: float) -> list[File]:
    """Return the files of these agencies, the one due first on top."""
    found = [file for agency in seen for file in files_of(agency, now)]
    return sorted(found, key=lambda file: (file.due_at, file.number))


def find(number: str, seen: Iterable[Agency], now: float) -> File | None:
    """Return a file by its number, if it is of one of these agencies; a number tells nothing of any other."""
    return next((file for file in files_of_all(seen, now) if file.number == number), None)


def now() -> float:
    """Return the time."""
    return time.time()


def _file(agency: Agency, number: int, now: float) -> File:
    drawn = hashlib.sha256(f"{agency.code}/{number}".encode()).digest()
    what = _WHAT.get(agency.kind, _OF_OTHERS)
    today = now - now % _DAY
    due_in = drawn[1] % 9 - 1
    return File(
        number=f"{agency.code.removeprefix('H24').lstrip('.') or '00'}-{26000 + drawn[0] * 8 + number}",
        what=what[(drawn[2] + number) % len(what)],
        agency=agency,
        state=("new", "working", "waiting")[drawn[3] % 3],
        received_at=today - (drawn[4] % 6 + 1) * _DAY + 3 * 3600 + drawn[5] * 60,
        due_at=today + due_in * _DAY + 10 * 3600,
    )
