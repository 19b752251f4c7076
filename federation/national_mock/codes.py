"""Authorization codes and access tokens – RFC 6749 §4.1.2, RFC 6750.

A code lives 60 seconds and is spent by the DELETE that reads it, so two redemptions at once get one winner.
Shown a second time, it takes the access token it gave with it (RFC 6749 §4.1.2). The methods named
``get_…``, ``check_…`` and ``is_…`` are Authlib's.
"""

from dataclasses import asdict, dataclass, fields

from sqlalchemy import Engine, delete, insert, select

from federation.national_mock import database
from federation.national_mock.database import digest

CODE_SECONDS = 60
TOKEN_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationCode:
    """What was granted, and what the ID token will say about it."""

    digest: str
    client_id: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    sub: str
    acr: str
    amr: list[str]
    auth_time: int
    sid: str
    expires_at: int

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.auth_time

    def get_acr(self) -> str:
        return self.acr

    def get_amr(self) -> list[str]:
        return self.amr


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """What an access token opens: the userinfo of one account, or the registers; a system's has no code, sub, acr."""

    digest: str
    code_digest: str
    client_id: str
    scope: str
    sub: str
    acr: str
    expires_at: int

    def get_scope(self) -> str:
        return self.scope

    def is_expired(self) -> bool:
        """Never: the store finds only tokens that are still valid."""
        return False

    def is_revoked(self) -> bool:
        """Never: a revoked token's row is gone."""
        return False


_CODE_COLUMNS = [database.codes.c[field.name] for field in fields(AuthorizationCode)]
_TOKEN_COLUMNS = [database.tokens.c[field.name] for field in fields(AccessToken)]


class CodeStore:
    """Keeps codes until they are spent and tokens until they run out."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add_code(self, code: AuthorizationCode, *, now: int) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(database.codes).where(database.codes.c.expires_at <= now))
            connection.execute(insert(database.codes).values(asdict(code)))

    def spend_code(self, code: str, *, client_id: str, now: int) -> AuthorizationCode | None:
        """The code of this client, once; a second time ends what the first time gave."""
        table, tokens, code_digest = database.codes, database.tokens, digest(code)
        spent = delete(table).where(table.c.digest == code_digest, table.c.client_id == client_id)
        with self._engine.begin() as connection:
            row = connection.execute(spent.returning(*_CODE_COLUMNS)).one_or_none()
            if row is None:
                given = (tokens.c.code_digest == code_digest) & (tokens.c.client_id == client_id)
                connection.execute(delete(tokens).where(given))
        if row is None or row.expires_at <= now:
            return None
        return AuthorizationCode(**row._mapping)  # noqa: SLF001 – SQLAlchemy's documented name

    def add_token(self, token: AccessToken, *, now: int) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(database.tokens).where(database.tokens.c.expires_at <= now))
            connection.execute(insert(database.tokens).values(asdict(token)))

    def find_token(self, token: str, *, now: int) -> AccessToken | None:
        table = database.tokens
        query = select(*_TOKEN_COLUMNS).where(table.c.digest == digest(token), table.c.expires_at > now)
        with self._engine.begin() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else AccessToken(**row._mapping)  # noqa: SLF001 – as above

    def revoke_tokens(self, *, sub: str, client_id: str) -> None:
        """Sign-out: nothing this client holds for this account works any more."""
        table = database.tokens
        with self._engine.begin() as connection:
            connection.execute(delete(table).where(table.c.sub == sub, table.c.client_id == client_id))
