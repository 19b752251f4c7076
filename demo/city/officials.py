"""Officials: employee number, posts in agencies, roles, movers and leavers.

DOMAIN §5.4: each official is also a citizen (two contexts, one person); 3 % hold two posts, about 1 % a month
move and 0.8 % leave. Roles are plain words here; the provider maps them to its own permissions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import accumulate
from random import Random

from demo.city.candidates import Pool
from demo.city.contacts import mail_address
from demo.city.dates import AS_OF, day_between
from demo.city.model import Agency, Official, Post
from demo.city.numbers import Numbers

OFFICIAL_MAIL_DOMAIN = "haiphong.example"
_HEADS = {
    "city": "Chủ tịch Ủy ban nhân dân",
    "department": "Giám đốc",
    "commune": "Chủ tịch Ủy ban nhân dân",
    "unit": "Thủ trưởng đơn vị",
}
_POSITIONS: tuple[tuple[str, tuple[str, ...], int], ...] = (
    ("Phó Thủ trưởng", ("leader",), 8),
    ("Trưởng phòng", ("leader", "case-officer"), 12),
    ("Chuyên viên", ("case-officer",), 50),
    ("Cán bộ một cửa", ("desk-officer",), 22),
    ("Công chức công nghệ thông tin", ("agency-admin",), 8),
)
_STAFF_WEIGHT = {"city": 20, "department": 60, "commune": 32, "unit": 8}


def draw_officials(
    seed: int, numbers: Numbers, pool: Pool, agencies: Sequence[Agency], count: int
) -> Iterator[Official]:
    """`count` officials; each agency gets its head first."""
    rng = Random(f"officials/{seed}")
    weights = list(accumulate(_STAFF_WEIGHT[agency.kind] for agency in agencies))
    for number in range(count):
        candidate = pool.take()
        serial = numbers.serial("official")
        if number < len(agencies):
            agency = agencies[number]
            posts = [_post(rng, agency, _HEADS[agency.kind], ("leader",))]
        else:
            posts = [_draw_post(rng, rng.choices(agencies, cum_weights=weights)[0])]
        if rng.random() < 0.03:
            posts.append(_draw_post(rng, rng.choices(agencies, cum_weights=weights)[0]))
        left = rng.random() < 0.008
        yield Official(
            key=f"c-{serial:05d}",
            employee_number=f"CB{serial:06d}",
            person=candidate.key,
            full_name=candidate.name.full,
            personal_id=candidate.personal_id,
            email=mail_address(candidate.name, serial, OFFICIAL_MAIL_DOMAIN),
            status="left" if left else "active",
            posts=tuple(_history(rng, posts, agencies, left=left)),
        )


def _draw_post(rng: Random, agency: Agency) -> Post:
    position, roles, _ = rng.choices(_POSITIONS, [weight for *_, weight in _POSITIONS])[0]
    return _post(rng, agency, position, roles)


def _post(rng: Random, agency: Agency, position: str, roles: tuple[str, ...]) -> Post:
    start = day_between(rng, AS_OF.replace(year=AS_OF.year - 1, month=7), AS_OF - timedelta(days=40))
    return Post(agency_code=agency.code, position=position, roles=roles, valid_from=start, valid_to=None)


def _history(rng: Random, posts: list[Post], agencies: Sequence[Agency], *, left: bool) -> Iterator[Post]:
    """The posts held now, after an earlier one for who moved; all ended for who left."""
    if rng.random() < 0.12:
        end = posts[0].valid_from - timedelta(days=1)
        earlier = _draw_post(rng, rng.choice(agencies))
        yield replace(earlier, valid_from=end - timedelta(days=rng.randint(200, 1500)), valid_to=end)
    for post in posts:
        yield replace(post, valid_to=AS_OF - timedelta(days=rng.randint(1, 30))) if left else post
