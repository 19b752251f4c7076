"""What a grant is called at each audience, and finding it again by that – DESIGN 5.5."""

import re

import pytest

from idp.grants.gid import gid_at, gid_of
from idp.ids import AudienceGid, Gid
from keys.envelope import Vault
from keys.master import MasterKey
from tests import make

VAULT = Vault(MasterKey(current=1, versions={1: bytes(range(32))}))
MARK = Gid("5vGmSw3sQ2ybOZ0hZlR0aQ")
API = "urn:example:api"


def test_each_audience_has_a_name_of_its_own_and_always_the_same() -> None:
    names = {audience: gid_at(audience, MARK, VAULT) for audience in (make.ISSUER, API, "urn:example:b")}
    assert len(set(names.values())) == 3
    assert names == {audience: gid_at(audience, MARK, VAULT) for audience in names}
    assert gid_at(API, Gid("another-grant"), VAULT) not in names.values()


def test_a_name_tells_nothing_of_the_mark_and_fits_a_claim() -> None:
    name = gid_at(API, MARK, VAULT)
    assert re.fullmatch(r"[A-Za-z0-9_-]{40,64}", name)
    assert MARK not in name


def test_the_audience_it_was_made_for_leads_back_to_the_grant() -> None:
    assert gid_of(gid_at(API, MARK, VAULT), API, VAULT) == MARK


@pytest.mark.parametrize("audience", [make.ISSUER, "urn:example:b", API + "/", "", "\ud800"])
def test_at_any_other_audience_it_names_nothing(audience: str) -> None:  # SECURITY B14
    assert gid_of(gid_at(API, MARK, VAULT), audience, VAULT) is None


@pytest.mark.parametrize("presented", [MARK, "", "x", "é", "\ud800", "A" * 51, "=" * 51, "A" * 100_000])
def test_what_we_never_told_anybody_names_nothing(presented: str) -> None:
    assert gid_of(AudienceGid(presented), API, VAULT) is None
