"""What organisations are searched by: the fold of a name without the words that thousands of names begin with. Pure.

`Công ty TNHH Một thành viên Hải Long` is found by `hai l`.
"""

from idp.name_fold import fold

_FORMS = (
    "cong ty",
    "cty",
    "trach nhiem huu han",
    "tnhh",
    "mot thanh vien",
    "hai thanh vien tro len",
    "mtv",
    "co phan",
    "hop danh",
    "doanh nghiep tu nhan",
    "dntn",
    "ho kinh doanh",
    "hkd",
    "hop tac xa",
    "htx",
    "chi nhanh",
    "van phong dai dien",
)


def name_key(name: str) -> str:
    """Return the fold of a name, or of the beginning of one, from its first own word on; the fold if it has none."""
    whole = rest = fold(name)
    while form := next((one for one in _FORMS if rest == one or rest.startswith(f"{one} ")), None):
        rest = rest[len(form) :].lstrip()
    return rest or whole
