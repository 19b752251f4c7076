"""A sample page: template, frame and context, in either language. All people, places and numbers are invented."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from idp.ui.language import Language
from idp.ui.pages import Frame, Pages, RelyingParty, Site

SITE = Site(
    host="id.haiphong.example",
    issuer="https://id.haiphong.example",
    test_environment=True,
    upstream="Định danh quốc gia (mô phỏng)",
    upstream_en="National e-ID (simulated)",
    release="2026.11",
)
NOW = dt.datetime(2026, 11, 22, 14, 12, 5, tzinfo=dt.UTC)  # 21:12 in Việt Nam, a Sunday
PORTAL = RelyingParty(
    name="Cổng dịch vụ công Hải Phòng",
    name_en="Hải Phòng Public Services",
    agency="Văn phòng Ủy ban nhân dân thành phố",
    host="dichvucong.haiphong.example",
    policy_uri="https://dichvucong.haiphong.example/du-lieu",
    tos_uri="https://dichvucong.haiphong.example/dieu-khoan",
    home="https://dichvucong.haiphong.example/",
)
SKILLS = RelyingParty(
    name="Học kỹ năng số Hải Phòng",
    name_en="",
    agency="Sở Khoa học và Công nghệ",
    host="hoctap.haiphong.example",
    policy_uri="https://hoctap.haiphong.example/du-lieu",
    icon="learn",
)
FRAME = Frame(language=Language.VI, path="/sign-in?i=7K2M", csrf="c5rf-value", now=NOW)

Context = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One page in one state."""

    template: str
    context: Callable[[Language], Context]
    frame: Frame = FRAME

    def frame_for(self, language: Language) -> Frame:
        return replace(self.frame, language=language)

    def render(self, pages: Pages, language: Language) -> str:
        return pages.render(self.template, self.frame_for(language), **self.context(language)).decode()


def same(**context: object) -> Callable[[Language], Context]:
    """Return a context that does not depend on the language."""
    return lambda _language: context
