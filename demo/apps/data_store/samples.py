"""What someone new finds: three papers that say on their face that they are samples."""

from datetime import UTC, datetime

from demo.apps.common.words import Words
from demo.apps.data_store.model import NewDocument


def _day(year: int, month: int, day: int) -> float:
    return datetime(year, month, day, 2, tzinfo=UTC).timestamp()


_NOTE = (
    Words("Ghi chú", "Note"),
    Words(
        "Giấy tờ mẫu để dùng thử, không có giá trị pháp lý",
        "A sample to try things out; it has no legal value",
    ),
)

SAMPLES = (
    NewDocument(
        reference="MAU-01",
        kind="residence",
        title=Words("Giấy xác nhận thông tin về cư trú", "Residence confirmation"),
        issuer=Words("Công an phường Hồng Bàng", "Hồng Bàng ward police"),
        details=(
            (Words("Nơi thường trú", "Permanent residence"), Words("Phường Hồng Bàng", "Hồng Bàng ward")),
            _NOTE,
        ),
        issued_at=_day(2026, 3, 14),
    ),
    NewDocument(
        reference="MAU-02",
        kind="civil-status",
        title=Words("Bản sao trích lục khai sinh", "Copy of a birth certificate extract"),
        issuer=Words("Ủy ban nhân dân phường Lê Chân", "Lê Chân ward People's Committee"),
        details=((Words("Số bản", "Copies"), Words("2", "2")), _NOTE),
        issued_at=_day(2025, 9, 8),
    ),
    NewDocument(
        reference="MAU-03",
        kind="learning",
        title=Words("Chứng nhận kỹ năng số cơ bản", "Basic digital skills certificate"),
        issuer=Words("Sở Khoa học và Công nghệ Hải Phòng", "Hải Phòng Department of Science and Technology"),
        details=((Words("Kết quả", "Result"), Words("Hoàn thành", "Completed")), _NOTE),
        issued_at=_day(2025, 2, 5),
    ),
)
