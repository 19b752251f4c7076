"""On English pages, what others say in Vietnamese says so, for voices that read it out (WCAG 2.2 §3.1.2)."""

import re

from idp.ui.language import Language
from tests.ui.every_page import Seen, on_every_page
from tests.ui.samples import SAMPLES

TEMPLATES = {
    *("act_for.html", "consent.html", "sign_in.html"),
    *("mandates.html", "mandates_clients.html", "mandates_organisation.html"),
}
MARKED = re.compile(r'<(span|button|b|h1|option) [^>]*\blang="vi"[^>]*>[^<]*</\1>')
TAG = re.compile(r"<[^>]*>")
OURS = re.compile("Hải Phòng|Nguyễn Thị Hương(?=\n)")
"""Names that need no mark (§3.1.2): our own, and the reader's where it stands alone as a value."""
VIETNAMESE = re.compile(
    r"[^\n]*[ăâđêôơưĂÂĐÊÔƠƯàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ][^\n]*"
)


@on_every_page
def test_vietnamese_of_others_is_marked(seen: Seen) -> None:
    if seen.language is Language.VI or SAMPLES[seen.name].template not in TEMPLATES:
        return
    main = seen.html.partition("<main")[2].partition("</main>")[0]
    said = OURS.sub("", TAG.sub("\n", MARKED.sub("", main)))
    assert VIETNAMESE.findall(said) == []
