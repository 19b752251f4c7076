"""What endpoints that clients ask directly have in common – RFC 6749 §3.2, RFC 7009 §2.1, RFC 7662 §2.1, RFC 9068 §4."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from idp.edge import Call
from idp.edge.own_token import verified
from idp.protocol.access_token import EARLY
from idp.protocol.errors import InvalidRequest, InvalidToken
from idp.protocol.token_request import parse_form
from keys.jose import InvalidJwt, Purpose, check_times, numeric_date

INVALID = "the access token is not valid"


def form_of(call: Call) -> dict[str, str]:
    """Return the parameters of the body, each once; those of an address are refused, since addresses are logged."""
    if call.query_string:
        raise InvalidRequest("parameters belong in the body")
    return parse_form(call.form())


def token_of(form: Mapping[str, str]) -> str:
    """Return the token asked about; `token_type_hint` is not needed, a token tells what it is (RFC 7662 §2.1)."""
    token = form.get("token")
    if token is None:
        raise InvalidRequest("token is required")
    return token


async def verified_claims(call: Call, token: str, *, leeway: timedelta = timedelta()) -> Mapping[str, object]:
    """Return what an access token of ours says, for whomever it is, or raise InvalidToken."""
    try:
        claims = (await verified(call, token, purpose=Purpose.ACCESS_TOKEN)).claims
        check_times(claims, now=call.provider.clock.now(), leeway=leeway, early=EARLY)
        iat = numeric_date(claims, "iat")
    except InvalidJwt as error:
        raise InvalidToken(INVALID, detail=error.reason) from error
    if iat is None or call.provider.configuration.is_of_before(
        datetime.fromtimestamp(iat, UTC)
    ):  # it may have been revoked
        raise InvalidToken(INVALID, detail="issued before the database was restored")
    return claims
