"""Whether a procedure may be filed in whose name one acts, and in words why not. Pure."""

from dataclasses import dataclass

from demo.apps.common.acting import Kind
from demo.apps.common.visitor import Visitor
from demo.apps.common.words import Words
from demo.apps.portal.procedures import Procedure

FOR_WHOM: dict[Kind, Words] = {
    "person": Words("Cho bản thân", "For yourself"),
    "organisation": Words("Cho doanh nghiệp, hộ kinh doanh", "For a company or household business"),
    "ward": Words("Thay cho con, người được giám hộ", "For a child or a person under care"),
}
_IN_FORCE = {"active", "invalid_address"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindrance:
    """Why not, and for whom it might be instead."""

    slug: str
    text: Words
    instead: Kind | None = None
    """A context to ask the provider for; None: let the person choose."""


def hindrance(visitor: Visitor, procedure: Procedure, *, now: float) -> Hindrance | None:
    """Return what keeps a visitor from filing a procedure in whose name they act; None: nothing does."""
    acting = visitor.acting
    if acting.is_over(now):
        text = Words(
            "Quyền làm thay vừa hết hạn. Chọn lại làm thay cho ai.",
            "The power to act has just ended. Choose again for whom you act.",
        )
        return Hindrance(slug="power-over", text=text)
    if acting.kind not in procedure.applicants:
        return _not_for(visitor, procedure)
    if acting.kind == "organisation" and acting.status not in _IN_FORCE:
        text = Words(
            "Doanh nghiệp không còn hoạt động, nên không nộp được hồ sơ mới.",
            "The organisation is not active, so nothing new can be filed.",
        )
        return Hindrance(slug="not-active", text=text)
    if acting.kind == "organisation" and acting.role == "viewer":
        text = Words(
            "Ủy quyền này chỉ cho xem. Người quản trị của doanh nghiệp có thể giao thêm quyền.",
            "This authorisation only lets you view. The company's administrator can grant more.",
        )
        return Hindrance(slug="view-only", text=text)
    if (
        acting.kind == "organisation"
        and procedure.area_of_power
        and not acting.reaches(procedure.area_of_power)
    ):
        text = Words(
            "Ủy quyền này không gồm lĩnh vực của thủ tục. Người quản trị của doanh nghiệp có thể giao thêm.",
            "This authorisation does not reach this procedure's area. The company's administrator can add it.",
        )
        return Hindrance(slug="other-area", text=text)
    return None


def _not_for(visitor: Visitor, procedure: Procedure) -> Hindrance:
    chosen = visitor.acting_for
    text = Words(
        f"Đang chọn “{chosen.vi}”. Thủ tục này không nộp như vậy được.",
        f"Now chosen: “{chosen.en}”. This procedure can't be filed so.",
    )
    return Hindrance(slug="not-for", text=text, instead=procedure.applicants[0])
