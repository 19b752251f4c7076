"""What hangs on a grant, one table a file: requests, grants, codes, refresh tokens, revoked tokens."""

from idp.grants.store.codes import CodeStore
from idp.grants.store.grants import GrantStore
from idp.grants.store.pushed_requests import PushedRequestStore
from idp.grants.store.refresh_tokens import RefreshTokenStore
from idp.grants.store.revoked_tokens import RevokedTokenStore

__all__ = ["CodeStore", "GrantStore", "PushedRequestStore", "RefreshTokenStore", "RevokedTokenStore"]
