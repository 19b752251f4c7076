"""Whose subject an access token carries – OpenID Connect Core §8.1, RFC 8707 §2, DESIGN 5.1."""

from idp.protocol.subject import PUBLIC_SECTOR, sector_of, sector_of_audience
from tests import make


def test_a_token_for_userinfo_carries_the_subject_the_client_knows() -> None:
    assert sector_of_audience(make.client(), make.ISSUER, iss=make.ISSUER) == "portal"


def test_public_clients_share_one_sector_and_pairwise_ones_have_their_own() -> None:  # Core §8
    assert sector_of(make.client()) == "portal"
    for client in (make.client(subject_type="public"), make.client(subject_type="public", sector="other")):
        assert sector_of(client) == PUBLIC_SECTOR
        assert sector_of_audience(client, make.ISSUER, iss=make.ISSUER) == PUBLIC_SECTOR


def test_a_token_for_another_service_carries_that_service_s() -> None:
    assert sector_of_audience(make.client(), "urn:example:api", iss=make.ISSUER) == "urn:example:api"
    public = make.client(subject_type="public")
    assert sector_of_audience(public, "urn:example:api", iss=make.ISSUER) == "urn:example:api"
