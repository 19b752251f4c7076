"""What a registration hears of a value that is not served: those that are – RFC 7591 §3.2.2."""

from typing import Any

import pytest

from idp.protocol.errors import InvalidClientMetadata
from idp.protocol.registration import check_registration
from tests import make


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"token_endpoint_auth_method": "basic"},
            "token_endpoint_auth_method: one of client_secret_basic, client_secret_post, none, private_key_jwt",
        ),
        (
            {"id_token_signed_response_alg": "HS256"},
            "id_token_signed_response_alg: one of ES256, EdDSA, PS256, RS256",
        ),
        (
            {"userinfo_signed_response_alg": "none"},
            "userinfo_signed_response_alg: one of ES256, EdDSA, PS256, RS256",
        ),
        ({"subject_type": "secret"}, "subject_type: one of pairwise, public"),
        (
            {"grant_types": ("password",)},
            "grant_types: one of authorization_code, client_credentials, refresh_token",
        ),
    ],
)
def test_a_value_that_is_not_offered_is_answered_by_those_that_are(
    changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(InvalidClientMetadata) as refused:
        check_registration(make.client(**changes))
    assert refused.value.error_description == told
