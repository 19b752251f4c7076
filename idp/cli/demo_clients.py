"""The demo's relying parties as registered clients; addresses and secrets come from the environment. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from idp.ids import ClientId
from idp.protocol.acting import ContextKind
from idp.protocol.facts import ClientFacts, LocalLogin, Profile
from idp.protocol.scopes import LegalBasis

DATA_STORE_AUDIENCE = "urn:haiphong:kho-du-lieu"
_CITIZENS = (ContextKind.PERSON, ContextKind.ORGANISATION, ContextKind.WARD)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoClient:
    """A client and its secret; empty: it has none, but a key of its own or nothing."""

    facts: ClientFacts
    secret: str = field(default="", repr=False)


def demo_clients(environment: Mapping[str, str]) -> tuple[DemoClient, ...]:
    """Return those of the demo's clients of which the environment holds secret, key or, of a public one, address."""
    with_secrets = (_portal(environment), _data_store(environment))
    clients = [client for client in with_secrets if client.secret]
    if "EGOV_CLIENT_KEY" in environment:
        clients.append(_egov(environment))
    if "SMART_BASE_URL" in environment:
        clients.append(_smart(environment))
    return tuple(clients)


def _portal(environment: Mapping[str, str]) -> DemoClient:
    base = environment.get("PORTAL_BASE_URL", "http://localhost:8010")
    facts = ClientFacts(
        client_id=ClientId("cong-dich-vu-cong"),
        name="Cổng dịch vụ công Hải Phòng",
        name_en="Hải Phòng Online Public Services",
        agency="Văn phòng Ủy ban nhân dân thành phố Hải Phòng",
        profile=Profile.CITY,
        enabled=True,
        sector="dich-vu-cong",
        redirect_uris=(f"{base}/callback",),
        post_logout_redirect_uris=(f"{base}/signed-out",),
        backchannel_logout_uri=f"{base}/backchannel-logout",
        scopes=frozenset({"openid", "profile", "phone", "email", "address", "vn.id_number", "docs.share"}),
        legal_basis={"docs.share": LegalBasis.PUBLIC_TASK},
        law="Nghị định 118/2025/NĐ-CP về thực hiện thủ tục hành chính",
        purpose="gửi kết quả và liên hệ về hồ sơ",
        purpose_en="send results and contact you about your file",
        audiences=(DATA_STORE_AUDIENCE,),
        local_login=LocalLogin.DEGRADED,
        subject_contexts=_CITIZENS,
        services=("business-registration", "tax"),
        client_uri=base,
    )
    return DemoClient(facts=facts, secret=environment.get("PORTAL_CLIENT_SECRET", ""))


def _data_store(environment: Mapping[str, str]) -> DemoClient:
    base = environment.get("DATASTORE_BASE_URL", "http://localhost:8011")
    facts = ClientFacts(
        client_id=ClientId("kho-du-lieu"),
        name="Kho dữ liệu công dân Hải Phòng",
        name_en="Hải Phòng Citizens' Data Store",
        agency="Sở Khoa học và Công nghệ thành phố Hải Phòng",
        profile=Profile.CITY,
        enabled=True,
        sector=DATA_STORE_AUDIENCE,
        redirect_uris=(f"{base}/callback",),
        post_logout_redirect_uris=(f"{base}/signed-out",),
        backchannel_logout_uri=f"{base}/backchannel-logout",
        scopes=frozenset({"openid", "docs.read"}),
        law="Nghị định 278/2025/NĐ-CP về kết nối, chia sẻ dữ liệu bắt buộc",
        purpose="hiển thị giấy tờ của chính chủ",
        purpose_en="show you your own documents",
        audiences=(DATA_STORE_AUDIENCE,),
        protected_resources=(DATA_STORE_AUDIENCE,),
        subject_contexts=(*_CITIZENS, ContextKind.ARCHIVE),
        client_uri=base,
    )
    return DemoClient(facts=facts, secret=environment.get("DATASTORE_CLIENT_SECRET", ""))


def _egov(environment: Mapping[str, str]) -> DemoClient:
    base = environment.get("EGOV_BASE_URL", "http://localhost:8012")
    key = json.loads(environment["EGOV_CLIENT_KEY"])
    public = {name: value for name, value in key.items() if name != "d"}
    facts = ClientFacts(
        client_id=ClientId("egov-hai-phong"),
        name="Egov Hải Phòng",
        name_en="Egov Hải Phòng",
        agency="Văn phòng Ủy ban nhân dân thành phố Hải Phòng",
        profile=Profile.CITY,
        enabled=True,
        sector="egov",
        redirect_uris=(f"{base}/callback",),
        post_logout_redirect_uris=(f"{base}/signed-out",),
        backchannel_logout_uri=f"{base}/backchannel-logout",
        token_endpoint_auth_method="private_key_jwt",  # noqa: S106 - a method, no secret
        token_endpoint_auth_signing_alg="ES256",  # noqa: S106 - an algorithm, no secret
        jwks=json.dumps({"keys": [public]}),
        require_pushed_authorization_requests=True,
        scopes=frozenset({"openid", "profile", "agency", "position", "roles"}),
        legal_basis={"profile": LegalBasis.PUBLIC_TASK},
        law="Nghị định 42/2022/NĐ-CP về cung cấp thông tin và dịch vụ công trực tuyến",
        purpose="phân quyền theo vị trí công tác",
        purpose_en="show you the files of your post",
        subject_contexts=(ContextKind.OFFICIAL,),
        client_uri=base,
    )
    return DemoClient(facts=facts)


def _smart(environment: Mapping[str, str]) -> DemoClient:
    base = environment["SMART_BASE_URL"]
    facts = ClientFacts(
        client_id=ClientId("smart-hai-phong"),
        name="Smart Hải Phòng",
        name_en="Smart Hải Phòng",
        agency="Sở Khoa học và Công nghệ thành phố Hải Phòng",
        profile=Profile.CITY,
        enabled=True,
        sector="smart-hai-phong",
        application_type="native",
        token_endpoint_auth_method="none",  # noqa: S106 - a method, no secret
        redirect_uris=("http://127.0.0.1/callback",),
        post_logout_redirect_uris=(f"{base}/signed-out",),
        scopes=frozenset({"openid", "profile", "offline_access"}),
        legal_basis={"profile": LegalBasis.CONSENT},
        purpose="hiển thị việc trong ngày của đúng người",
        purpose_en="show you what is on today",
        subject_contexts=_CITIZENS,
    )
    return DemoClient(facts=facts)
