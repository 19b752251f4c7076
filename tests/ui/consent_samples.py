"""The page of notice and consent, in every shape it takes."""

from collections.abc import Callable

from idp.citizen.acting_values import acting_value
from idp.officials.roles import Role
from idp.protocol.acting import ContextKind, PostFacts
from idp.protocol.context import Choice
from idp.ui.formatting import mask_email, mask_id_number, mask_phone
from idp.ui.language import Language
from idp.ui.rows import ClaimRow, ConsentMode, ConsentRow, FirstLogin
from idp.ui.strings import STRINGS, Texts
from tests.ui.sample import PORTAL, SKILLS, Context, Sample

LAW = "Quyết định 45/2026/QĐ-UBND (mẫu)"


def consent(**changes: object) -> Callable[[Language], Context]:
    def context(language: Language) -> Context:
        words = Texts(language)
        base: dict[str, object] = {
            "rp": SKILLS,
            "i": "7K2M",
            "first_login": None,
            "mode": ConsentMode.MIXED,
            "law": LAW,
            "purpose": "gửi lịch học và chứng nhận",
            "retention": "31/12/2027",
            "not_sent": ("not_sent_vn_id_number", "not_sent_address", "not_sent_photo", "not_sent_history"),
            "notice_rows": (
                ClaimRow(name="name", label_key="claim_name", value="Nguyễn Thị Hương"),
                ClaimRow(
                    name="age_over_18",
                    label_key="claim_age_over_18",
                    value=words.plain("value_yes_no_birthdate"),
                ),
            ),
            "consent_rows": (
                ConsentRow(
                    scope="email", label_key="claim_email", value=mask_email("huong.nguyen@example.vn")
                ),
                ConsentRow(scope="phone", label_key="claim_phone_number", value=mask_phone("+84901234567")),
            ),
        }
        return {**base, **changes}

    return context


def of_an_official(language: Language) -> tuple[ClaimRow, ...]:
    post = PostFacts(
        post_id="post",
        agency="H24.114.1",
        agency_name="Ủy ban nhân dân phường Lê Chân",
        position="Công chức Văn phòng – Thống kê",
        roles=tuple(role.value for role in Role),
        employee_number="CB-0032",
    )
    choice = Choice(kind=ContextKind.OFFICIAL, choice_id="post", name=post.agency_name, post=post)
    return tuple(
        ClaimRow(name=name, label_key=f"claim_{name}", value=acting_value(f"claim_{name}", choice, language))
        for name in ("agency", "position", "roles")
    )


def every_claim() -> tuple[ClaimRow, ...]:
    keys = sorted(key for key in STRINGS[Language.VI] if key.startswith("claim_"))
    return tuple(ClaimRow(name=key, label_key=key, value=mask_id_number("031190000456")) for key in keys)


CONSENTS: dict[str, Sample] = {
    "consent": Sample(template="consent.html", context=consent()),
    "consent-notice": Sample(
        template="consent.html",
        context=consent(
            rp=PORTAL,
            mode=ConsentMode.NOTICE,
            consent_rows=(),
            purpose=None,
            retention=None,
            notice_rows=every_claim(),
        ),
    ),
    "consent-official": Sample(
        template="consent.html",
        context=lambda language: consent(
            rp=PORTAL, mode=ConsentMode.NOTICE, consent_rows=(), notice_rows=of_an_official(language)
        )(language),
    ),
    "consent-first-login": Sample(
        template="consent.html",
        context=consent(
            first_login=FirstLogin(name="Nguyễn Thị Hương", upstream="VNeID", level="02"),
        ),
    ),
    "consent-under-16": Sample(
        template="consent.html",
        context=consent(
            mode=ConsentMode.NOTICE,
            consent_rows=(),
            for_parents=(
                ConsentRow(
                    scope="email", label_key="claim_email", value=mask_email("khoi.nguyen@example.vn")
                ),
            ),
            takes_wards=True,
        ),
    ),
    "consent-under-16-alone": Sample(
        template="consent.html",
        context=consent(
            mode=ConsentMode.NOTICE,
            consent_rows=(),
            for_parents=(
                ConsentRow(scope="email", label_key="claim_email", value=mask_email("k@example.vn")),
            ),
            takes_wards=False,
        ),
    ),
    "consent-only": Sample(
        template="consent.html",
        context=consent(
            mode=ConsentMode.CONSENT,
            notice_rows=(),
            law=None,
            retention=None,
        ),
    ),
}
