"""The userinfo endpoint – OpenID Connect Core §5.3 – with the field names of the national systems.

``LoaiTaiKhoan`` 1 citizen, 2 enterprise, 3 organisation. ``GioiTinh`` 1 male, 2 female.
``NgayThangNamSinh`` is YYYYMMDD, or YYYY where the register knows the year only. ``IAL`` is the account
level, ``loAs`` the level of this sign-in. What a level 02 account adds is given for citizens only;
``NguoiDaiDien`` only if the account names the person who acts.
"""

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import ResourceProtector
from authlib.oauth2.rfc6750 import BearerTokenValidator, InvalidTokenError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from federation.national_mock.accounts import Account
from federation.national_mock.authorization_server import NationalServer, ProtocolRequest
from federation.national_mock.codes import AccessToken
from federation.national_mock.edge import no_store

_ACCOUNT_TYPES = {"citizen": 1, "enterprise": 2, "organisation": 3}
_SEXES = {"male": 1, "female": 2}


class AccessTokens(BearerTokenValidator):
    """Finds access tokens for Authlib."""

    def __init__(self, server: NationalServer) -> None:
        super().__init__()
        self._server = server

    def authenticate_token(self, token_string: str) -> AccessToken | None:
        return self._server.codes.find_token(token_string, now=self._server.now())


def protect(server: NationalServer) -> ResourceProtector:
    """The guard of the userinfo endpoint."""
    protector = ResourceProtector()
    protector.register_token_validator(AccessTokens(server))
    return protector


async def userinfo(request: Request) -> Response:
    """GET or POST, with the access token in the Authorization header."""
    server: NationalServer = request.app.state.service.server
    asked = ProtocolRequest(
        method=request.method,
        uri=f"{server.issuer}{request.url.path}",
        parameters={},
        authorization=request.headers.get("authorization"),
    )
    try:
        account, acr = await run_in_threadpool(_read, server, request.app.state.service.protector, asked)
    except OAuth2Error as error:
        return no_store(server.handle_error_response(asked, error))
    claims = claims_of(account, acr=acr, issuer=server.issuer)
    if server.faults.mode == "userinfo_sub_mismatch":
        claims["sub"] = "somebody-else"
    return no_store(JSONResponse(claims))


def _read(
    server: NationalServer, protector: ResourceProtector, asked: ProtocolRequest
) -> tuple[Account, str]:
    token: AccessToken = protector.validate_request(["openid"], asked)
    account = server.accounts.find(token.sub)
    if account is None or account.status != "active":
        raise InvalidTokenError
    return account, token.acr


def claims_of(account: Account, *, acr: str, issuer: str) -> dict[str, object]:
    """What the national system says about this account; what it does not know is left out."""
    claims: dict[str, object | None] = {
        "sub": account.sub,
        "LoaiTaiKhoan": _ACCOUNT_TYPES[account.account_type],
        "SoDinhDanh": account.number,
        "HoVaTen": account.full_name,
        "NgayThangNamSinh": account.birth_date and account.birth_date.replace("-", ""),
        "TechID": account.tech_id,
        "loAs": acr,
        "userProfileUri": f"{issuer}/authenticationendpoint/profile.do",
        "logoutUri": f"{issuer}/oidc/logout",
        "IAL": account.level,
    }
    if account.account_type != "citizen":
        claims |= _organisation_claims(account)
    elif account.level == 2:
        claims |= _level_two_claims(account)
    return {name: value for name, value in claims.items() if value is not None}


def _organisation_claims(account: Account) -> dict[str, object | None]:
    enterprise, person = account.enterprise, account.representative
    named = {"SoDinhDanh": person.number, "HoVaTen": person.full_name} if person else None
    return {
        "MaSoThue": enterprise and enterprise.tax_code,
        "MaSoDoanhNghiep": enterprise and enterprise.code,
        "TenDoanhNghiep": enterprise and enterprise.name,
        "NguoiDaiDien": named if account.names_acting_person else None,
    }


def _level_two_claims(account: Account) -> dict[str, object | None]:
    address = account.address
    residence = address and {
        "MaTinhThanh": address.province_code,
        "MaPhuongXa": address.ward_code,
        "ChiTiet": address.detail,
    }
    return {
        "GioiTinh": _SEXES[account.sex] if account.sex else None,
        "ThuongTru": residence and {name: value for name, value in residence.items() if value is not None},
        "SoDienThoai": account.phone,
        "ThuDienTu": account.email,
        "QuocTich": account.nationality,
    }
