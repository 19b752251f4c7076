"""Reading the national side's registers as a system: client credentials by our own key – RFC 6749 §4.4, RFC 7523 §2.2.

Metadata are read again every hour, a token is used until shortly before it ends, and once more asked for when it is
refused. Every doubt is RegistersFailed.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from federation.fetch import Fetcher, FetchFailed, Response
from federation.registers import (
    AccessToken,
    EventPage,
    RegisterMetadata,
    RegistersFailed,
    UnknownCursor,
    assertion_claims,
    read_events,
    read_metadata,
    read_person,
    read_token,
    token_form,
)
from keys.jose import parse_json_object

Sign = Callable[[Mapping[str, object]], Awaitable[str]]
"""Signs claims of an assertion with a key that our JWKS publishes."""
_COPY_LIVES = timedelta(hours=1)


class RegisterReader:
    """The registers of one national system."""

    def __init__(
        self, fetcher: Fetcher, *, issuer: str, client_id: str, sign: Sign, new_jti: Callable[[], str]
    ) -> None:
        self._fetcher = fetcher
        self._issuer = issuer
        self._client_id = client_id
        self._sign = sign
        self._new_jti = new_jti
        self._metadata: tuple[datetime, RegisterMetadata] | None = None
        self._token: AccessToken | None = None

    async def events(self, after: str, limit: int, *, now: datetime) -> EventPage:
        """Return what was entered after a cursor; UnknownCursor if the feed does not know it."""
        response = await self._asked(f"events?{urlencode({'after': after, 'limit': limit})}", now)
        if response.status == 400 and _object(response).get("error") == "invalid_cursor":
            raise UnknownCursor("the feed does not know its cursor")
        return read_events(_answer(response))

    async def person(self, personal_id: str, *, now: datetime) -> Mapping[str, object] | None:
        """Return what the population register says of whoever has or had a number; None: it has nobody by it."""
        response = await self._asked(f"population/{quote(personal_id, safe='')}", now)
        if response.status == 404 and _object(response).get("error") == "not_found":
            return None
        return read_person(_answer(response), asked=personal_id)

    async def _asked(self, path: str, now: datetime) -> Response:
        """Return the answer; a token that counts no more is asked for anew once."""
        response = await self._asked_once(path, now)
        if response.status == 401:
            self._token = None
            response = await self._asked_once(path, now)
        if response.status == 401:
            raise RegistersFailed("the registers refuse our token")
        return response

    async def _asked_once(self, path: str, now: datetime) -> Response:
        metadata, token = await self._opened(now)
        authorization = {"authorization": f"Bearer {token.value}"}
        return await self._get(f"{metadata.registers_endpoint}/{path}", authorization)

    async def _opened(self, now: datetime) -> tuple[RegisterMetadata, AccessToken]:
        """Return where the registers are, and a token that opens them."""
        if self._metadata is None or now >= self._metadata[0] + _COPY_LIVES:
            url = f"{self._issuer.removesuffix('/')}/.well-known/openid-configuration"
            document = _answer(await self._get(url, {}))
            self._metadata = (now, read_metadata(document, issuer=self._issuer))
        metadata = self._metadata[1]
        if self._token is None or now >= self._token.good_until:
            self._token = await self._new_token(metadata, now)
        return metadata, self._token

    async def _new_token(self, metadata: RegisterMetadata, now: datetime) -> AccessToken:
        claims = assertion_claims(
            client_id=self._client_id, issuer=self._issuer, jti=self._new_jti(), now=now
        )
        form = token_form(client_id=self._client_id, assertion=await self._sign(claims))
        try:
            response = await self._fetcher.post_form(metadata.token_endpoint, form)
        except FetchFailed as error:
            raise RegistersFailed(f"no answer: {error.in_full()}") from error
        return read_token(_answer(response), now=now)

    async def _get(self, url: str, headers: Mapping[str, str]) -> Response:
        try:
            return await self._fetcher.get(url, headers=headers)
        except FetchFailed as error:
            raise RegistersFailed(f"no answer: {error.in_full()}") from error


def _answer(response: Response) -> dict[str, object]:
    if response.status != 200:
        raise RegistersFailed(f"status {response.status}")
    return _object(response)


def _object(response: Response) -> dict[str, object]:
    try:
        return parse_json_object(response.body)
    except ValueError as error:
        raise RegistersFailed("the answer is not one clean JSON object") from error
