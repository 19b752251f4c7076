"""The demo's two relying parties as registered clients; addresses and secrets come from the environment. Pure."""

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
    """A client and its secret."""

    facts: ClientFacts
    secret: str = field(repr=False)


def demo_clients(environment: Mapping[str, str]) -> tuple[DemoClient, ...]:
    """Return those of the demo's clients whose secret the environment holds."""
    clients = (_portal(environment), _data_store(environment))
    return tuple(client for client in clients if client.secret)


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
        subject_contexts=_CITIZENS,
        client_uri=base,
    )
    return DemoClient(facts=facts, secret=environment.get("DATASTORE_CLIENT_SECRET", ""))
