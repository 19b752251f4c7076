"""Samples of `/status`: all works, an outage, planned maintenance of a city with more services than are named."""

import datetime as dt
from dataclasses import replace

from idp.ui.pages import Banner, RelyingParty
from idp.ui.rows import OpenBy
from tests.ui.sample import FRAME, NOW, PORTAL, SKILLS, Sample, same

OUTAGE = Banner(since=NOW - dt.timedelta(hours=1, minutes=30), now=NOW, more_url="/status")
_HERE = replace(OUTAGE, more_url=None)
_UNTIL = NOW + dt.timedelta(hours=3)


def _named(name: str, name_en: str = "") -> RelyingParty:
    return RelyingParty(name=name, name_en=name_en, agency="", host="")


EGOV, SMART = _named("Egov Hải Phòng", "Egov Hải Phòng"), _named("Smart Hải Phòng", "Smart Hải Phòng")
MANY = tuple(
    _named(f"Cổng thông tin và dịch vụ trực tuyến của xã thứ {number}", f"Commune {number} online services")
    for number in range(1, 201)
)


def _status(*groups: OpenBy, banner: Banner | None = None, more: int = 0) -> Sample:
    return Sample(
        template="status.html",
        context=same(has_national=True, outage=banner, now=NOW, groups=groups, more=more),
        frame=replace(FRAME, path="/status", csrf="", banner=banner),
    )


STATUS_PAGES = {
    "status": _status(
        OpenBy(ways=("national",), services=(PORTAL, SKILLS)),
        OpenBy(ways=("national", "passkey", "password", "code", "phone"), services=(SMART,)),
        OpenBy(ways=("passkey", "password"), services=(EGOV,)),
    ),
    "status-down": _status(
        OpenBy(ways=("passkey", "password"), services=(EGOV,)),
        OpenBy(ways=("phone",), services=(SKILLS, SMART)),
        OpenBy(ways=(), services=(PORTAL,)),
        banner=replace(_HERE, city_sign_in=True),
    ),
    "status-planned": _status(OpenBy(ways=(), services=MANY), banner=replace(_HERE, until=_UNTIL), more=12),
    "status-nothing": _status(),
}
