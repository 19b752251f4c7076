"""What the app shows today, by for whom one acts: invented examples, each marked as one."""

from dataclasses import dataclass

from demo.apps.common.acting import Kind
from demo.apps.common.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One thing to know today."""

    slug: str
    icon: str
    title: Words
    text: Words


_PERSON = (
    Card(
        slug="waste",
        icon="clock",
        title=Words("Thu gom rác 18:30", "Waste collection at 18:30"),
        text=Words("Để rác trước cửa sau 18:00.", "Put it outside after 18:00."),
    ),
    Card(
        slug="bus",
        icon="place",
        title=Words("Xe buýt 02 chạy đúng giờ", "Bus 02 is on time"),
        text=Words("Chuyến cuối rời bến lúc 19:00.", "The last one leaves at 19:00."),
    ),
    Card(
        slug="report",
        icon="eye",
        title=Words("Đèn đường đã sửa", "Street light repaired"),
        text=Words("Phản ánh hôm thứ Hai đã xử lý xong.", "Monday's report has been dealt with."),
    ),
)
_WARD = (
    Card(
        slug="school",
        icon="school",
        title=Words("Ngày mai học 5 tiết", "Five lessons tomorrow"),
        text=Words("Có tiết thể dục, mang giày thể thao.", "There is sport: bring the shoes."),
    ),
    Card(
        slug="vaccine",
        icon="check",
        title=Words("Lịch tiêm nhắc", "Booster due"),
        text=Words("Trạm y tế phường, sáng thứ Bảy.", "At the ward's clinic, Saturday morning."),
    ),
)
_ORGANISATION = (
    Card(
        slug="tax",
        icon="coin",
        title=Words("Tờ khai quý đến hạn", "The quarter's return is due"),
        text=Words("Còn 5 ngày làm việc.", "Five working days are left."),
    ),
    Card(
        slug="permit",
        icon="doc",
        title=Words("Giấy phép môi trường còn 60 ngày", "The environmental permit has 60 days left"),
        text=Words("Có thể gia hạn ở Cổng dịch vụ công.", "It can be renewed at the public services portal."),
    ),
)
_CARDS: dict[Kind, tuple[Card, ...]] = {"person": _PERSON, "ward": _WARD, "organisation": _ORGANISATION}


def cards_for(kind: Kind) -> tuple[Card, ...]:
    """Return what there is today for somebody who acts so."""
    return _CARDS[kind]
