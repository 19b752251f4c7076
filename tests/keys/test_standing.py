"""Where keys stand is worked out once and never used beyond the moment a key moves on – DESIGN 5.14."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from keys.rotation import KeyRecord, published, signing_key
from keys.standing import standing

START = datetime(2026, 3, 2, tzinfo=UTC)
_moments = st.integers(0, 12).map(lambda hours: START + timedelta(hours=hours))


@st.composite
def _records(draw: st.DrawFn) -> list[KeyRecord]:
    return [
        KeyRecord(
            kid=f"key-{number}",
            alg=draw(st.sampled_from(["ES256", "RS256"])),
            sealed_private=b"",
            public_jwk="{}",
            created_at=START,
            active_from=draw(_moments),
            retired_at=draw(st.none() | _moments),
            erase_after=draw(st.none() | _moments),
        )
        for number in range(draw(st.integers(0, 4)))
    ]


@given(_records(), _moments, _moments)
def test_as_long_as_it_holds_it_says_what_the_records_say(
    records: list[KeyRecord], then: datetime, now: datetime
) -> None:
    known = standing(records, then)
    assert known.holds(then)
    if not known.holds(now):
        return
    assert known.published == published(records, now)
    assert known.kids == {record.kid for record in published(records, now)}
    for alg in ("ES256", "RS256"):
        assert known.signing.get(alg) == signing_key(records, alg, now)
