"""The choice for whom a service is used, as people meet it: a family with companies, an accountant, an official."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from idp.citizen.act_for_rows import group_of, row_of
from idp.protocol.acting import ContextKind, MandateFacts, OrganisationFacts, PostFacts
from idp.protocol.context import Choice, Obstacle, own
from idp.ui.language import Language


def _company(name: str, code: str = "", *, role: str = "representative", **changes: Any) -> Choice:
    mandate = MandateFacts(
        mandate_id=f"m-{code or 'household'}",
        role=role,
        source="register",
        services=changes.pop("services", ()),
        ends_at=changes.pop("ends_at", None),
    )
    facts = OrganisationFacts(
        scheme="vn_tax_code" if code else "vn_personal_id", identifier=code, name=name, status="active"
    )
    return Choice(
        kind=ContextKind.ORGANISATION,
        choice_id=mandate.mandate_id,
        name=name,
        organisation=facts,
        mandate=mandate,
        **changes,
    )


_CHILD = Choice(
    kind=ContextKind.WARD,
    choice_id="m-child",
    name="Nguyễn Gia Bảo",
    mandate=MandateFacts(mandate_id="m-child", role="parent", source="parent"),
    age=9,
)
_WARD = replace(
    _CHILD,
    choice_id="m-ward",
    name="Nguyễn Văn Bình",
    mandate=MandateFacts(mandate_id="m-ward", role="guardian", source="court"),
    age=67,
)
FAMILY = (
    own("Nguyễn Thị Hương"),
    _CHILD,
    _WARD,
    _company("Công ty TNHH Cảng Xanh", "0201234569"),
    _company(
        "Công ty Cổ phần Đóng tàu Bạch Đằng Mới",
        "0800123459",
        role="maker",
        services=("tax", "social-insurance"),
        ends_at=datetime(2026, 12, 31, 17, tzinfo=UTC),
    ),
    _company("Hộ kinh doanh Hương Biển"),
    _company("Hợp tác xã Rươi Tứ Kỳ", "0899900045", role="administrator"),
    _company(
        "Công ty TNHH Vận tải Sông Cấm", "0299900149", obstacle=Obstacle.ENDED, obstacle_day=date(2026, 9, 30)
    ),
    replace(
        _company("Công ty TNHH Thủy sản Cát Bà Xưa", "0299900156", role="archive"), kind=ContextKind.ARCHIVE
    ),
)
OFFICE = tuple(
    Choice(
        kind=ContextKind.OFFICIAL,
        choice_id=f"post-{number}",
        name=agency,
        post=PostFacts(
            post_id=f"post-{number}", agency=code, agency_name=agency, position=position, roles=("leader",)
        ),
    )
    for number, (agency, code, position) in enumerate(
        (
            ("Sở Khoa học và Công nghệ", "H24.08", "Trưởng phòng"),
            ("Ủy ban nhân dân phường Hồng Bàng", "H24.112", "Phó Chủ tịch Ủy ban nhân dân"),
        )
    )
)


def context_of(choices: tuple[Choice, ...], language: Language) -> dict[str, object]:
    """Return what the page is given for these choices."""
    groups: dict[str, list[object]] = {}
    for choice in choices:
        groups.setdefault(group_of(choice), []).append(row_of(choice, language))
    return {
        "i": "7K2M",
        "name": "Nguyễn Thị Hương",
        "groups": groups,
        "search": None,
        "beyond": 0,
        "can_go_on": True,
        "is_officials": choices == OFFICE,
    }
