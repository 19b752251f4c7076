"""Who overwrites whom: level 02 over 01, register over upstream over desk over self, never in silence."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import product

import pytest

from idp.people.addresses import place
from idp.people.model import Address, Attribute, Origin, PersonProfile, Source
from idp.people.provenance import CONFIRMED_ANEW_AFTER, may_replace, merge
from tests import make

WEAKEST_FIRST = tuple(product((0, 1, 2), (Source.SELF, Source.DESK, Source.UPSTREAM, Source.REGISTER)))


def origin(level: int, source: Source, *, later: timedelta = timedelta()) -> Origin:
    return Origin(source=source, level=level, at=make.NOW + later)


UNKNOWN = origin(1, Source.UPSTREAM)


@pytest.mark.parametrize(("rank", "new"), list(enumerate(WEAKEST_FIRST)))
def test_a_statement_replaces_what_is_as_strong_or_weaker(rank: int, new: tuple[int, Source]) -> None:
    replaced = [may_replace(origin(*new), origin(*old)) for old in WEAKEST_FIRST]
    assert replaced == [other <= rank for other in range(len(WEAKEST_FIRST))]


def said(profile: PersonProfile, level: int, source: Source, phone: str) -> PersonProfile:
    stated: Mapping[Attribute, Mapping[str, object]] = {
        Attribute.PHONE: {"phone": phone, "phone_verified": True}
    }
    return merge(profile, stated, origin(level, source), unknown=UNKNOWN).profile


@pytest.mark.parametrize(
    ("known", "stated", "result"),
    [
        (None, (0, Source.SELF), "new"),
        (None, (1, Source.UPSTREAM), "new"),
        ((2, Source.UPSTREAM), (1, Source.UPSTREAM), "old"),
        ((2, Source.REGISTER), (2, Source.UPSTREAM), "old"),
        ((2, Source.UPSTREAM), (2, Source.UPSTREAM), "new"),
        ((1, Source.UPSTREAM), (2, Source.SELF), "new"),
        ((2, Source.DESK), (1, Source.REGISTER), "old"),
        ((2, Source.DESK), (2, Source.SELF), "old"),
    ],
)
def test_what_two_sources_say_of_one_attribute(
    known: tuple[int, Source] | None, stated: tuple[int, Source], result: str
) -> None:
    profile = PersonProfile(full_name="Hoa")
    if known is not None:
        profile = said(profile, *known, "old")
    merged = merge(profile, {Attribute.PHONE: {"phone": "new"}}, origin(*stated), unknown=UNKNOWN)
    assert merged.profile.phone == result
    assert merged.kept == ((Attribute.PHONE,) if result == "old" else ())
    kept_origin = known if result == "old" and known is not None else stated
    assert merged.profile.origins[Attribute.PHONE] == origin(*kept_origin)


def test_the_weaker_one_is_kept_out_of_one_attribute_only() -> None:
    profile = said(PersonProfile(full_name="Hoa"), 2, Source.UPSTREAM, "old")
    stated = {Attribute.PHONE: {"phone": "new"}, Attribute.EMAIL: {"email": "hoa@example.vn"}}
    merged = merge(profile, stated, origin(1, Source.UPSTREAM), unknown=UNKNOWN)
    assert (merged.profile.phone, merged.profile.email) == ("old", "hoa@example.vn")
    assert merged.kept == (Attribute.PHONE,)


@pytest.mark.parametrize(("level", "result"), [(0, "old"), (1, "new"), (2, "new")])
def test_what_nobody_wrote_down_the_origin_of_counts_as_the_caller_says(level: int, result: str) -> None:
    profile = PersonProfile(full_name="Hoa", phone="old")
    assert said(profile, level, Source.UPSTREAM, "new").phone == result


def test_the_same_again_changes_nothing_until_it_is_a_month_newer_or_stronger() -> None:
    profile = said(PersonProfile(full_name="Hoa"), 1, Source.UPSTREAM, "same")
    stated = {Attribute.PHONE: {"phone": "same", "phone_verified": True}}
    soon = origin(1, Source.UPSTREAM, later=CONFIRMED_ANEW_AFTER - timedelta(seconds=1))
    later = origin(1, Source.UPSTREAM, later=CONFIRMED_ANEW_AFTER)
    stronger, weaker = origin(2, Source.UPSTREAM), origin(0, Source.SELF, later=2 * CONFIRMED_ANEW_AFTER)
    for one, expected in ((soon, None), (weaker, None), (later, later), (stronger, stronger)):
        merged = merge(profile, stated, one, unknown=UNKNOWN)
        assert merged.kept == ()
        if expected is None:
            assert merged.profile == profile
        else:
            assert merged.profile.origins[Attribute.PHONE] == expected


def test_an_address_is_another_only_where_it_is_elsewhere() -> None:
    kept = Address(ward_code="11383", detail="số 16", formatted="Số 16", as_written="Số 16, P. Lê Chân")
    profile = PersonProfile(full_name="Hoa", address=kept)
    stated = {Attribute.ADDRESS: {"address": place(code="11383", detail="số 16")}}
    merged = merge(profile, stated, origin(2, Source.UPSTREAM), unknown=UNKNOWN)
    assert merged.profile.address == kept
    moved = {Attribute.ADDRESS: {"address": place(code="11383", detail="số 17")}}
    moved_to = merge(profile, moved, origin(2, Source.UPSTREAM), unknown=UNKNOWN).profile.address
    assert moved_to is not None
    assert moved_to.formatted == "số 17, Phường Lê Chân, Thành phố Hải Phòng"


def test_our_assumption_of_a_nationality_is_no_statement() -> None:
    stated = {Attribute.NATIONALITY: {"nationality": "JPN"}}
    merged = merge(PersonProfile(full_name="Yuki"), stated, origin(0, Source.SELF), unknown=UNKNOWN)
    assert (merged.profile.nationality, merged.kept) == ("JPN", ())
