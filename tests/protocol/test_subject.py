"""Whose subject an access token carries – OpenID Connect Core §8.1, RFC 8707 §2, DESIGN 5.1."""

from idp.protocol.subject import sector_of_audience
from tests import make


def test_a_token_for_userinfo_carries_the_subject_the_client_knows() -> None:
    assert sector_of_audience(make.client(), make.ISSUER, iss=make.ISSUER) == "portal"


def test_a_token_for_another_service_carries_that_service_s() -> None:
    assert sector_of_audience(make.client(), "urn:example:api", iss=make.ISSUER) == "urn:example:api"
