"""Pages of the account that show a person what is theirs."""

import datetime as dt
from dataclasses import replace

from idp.ui.account_rows import OpenSession
from idp.ui.formatting import mask_id_number
from tests.ui.sample import FRAME, NOW, Sample, same

HERS = replace(FRAME, signed_in_name="Nguyễn Thị Hương", path="/account")


def home(**changes: object) -> Sample:
    context: dict[str, object] = {
        "name": "Nguyễn Thị Hương",
        "number": mask_id_number("031184990456"),
        "level": 2,
        "level_on": NOW,
        **changes,
    }
    return Sample(template="account_home.html", context=same(**context), frame=HERS)


def session(public_id: str, **changes: object) -> OpenSession:
    row = OpenSession(
        public_id=public_id,
        device="Chrome, Windows",
        is_phone=False,
        is_here=False,
        is_official=False,
        opened_at=NOW - dt.timedelta(hours=3),
        last_seen_at=NOW,
        services=("Cổng dịch vụ công Hải Phòng", "Kho dữ liệu công dân"),
        acting_for=(),
    )
    return replace(row, **changes)  # type: ignore[arg-type]


def sessions(*others: OpenSession) -> Sample:
    return Sample(
        template="account_sessions.html",
        context=same(here=session("9k0", is_here=True), others=others),
        frame=replace(HERS, path="/account/sessions"),
    )


ACCOUNT: dict[str, Sample] = {
    "sessions": sessions(
        session("9k1", device="Samsung Internet, Android", is_phone=True, services=()),
        session("9k2", device="", acting_for=("Công ty TNHH Cảng Xanh", "Nguyễn Gia Bảo")),
        session("9k3", is_official=True),
    ),
    "sessions-only-this": sessions(),
    "account-home": home(),
    "account-home-level-1": home(level=1, level_on=None),
    "account-home-notice": replace(
        home(number=None, level=0), frame=replace(HERS, notice="upstream_cancelled")
    ),
}
