"""What a token says of acting, for the tests of demo/apps."""

from typing import Any

COMPANY: dict[str, Any] = {
    "ctx": "organisation",
    "org": {
        "scheme": "vn_tax_code",
        "identifier": "0299900011",
        "name": "Công ty TNHH Cảng Xanh",
        "status": "active",
    },
    "mandate": {"id": "m1", "role": "representative", "source": "register"},
}
HOUSEHOLD: dict[str, Any] = {
    "ctx": "organisation",
    "org": {"scheme": "vn_personal_id", "name": "HỘ KINH DOANH YẾN BIỂN", "status": "active"},
    "mandate": {"id": "m2", "role": "representative", "source": "register"},
}
CHILD: dict[str, Any] = {
    "ctx": "ward",
    "mandate": {"id": "m3", "role": "parent", "source": "parent"},
    "act": {"name": "Nguyễn Thị Hương"},
}
POST: dict[str, Any] = {
    "ctx": "official",
    "post": {"id": "p1", "agency": "H24.178", "commune": "10903", "roles": ["file-handler"]},
}


def company(role: str = "representative", *, status: str = "active", **mandate: object) -> dict[str, Any]:
    """Return the claims of somebody who acts for the company as this."""
    return {
        **COMPANY,
        "org": COMPANY["org"] | {"status": status},
        "mandate": COMPANY["mandate"] | {"role": role} | mandate,
    }
