"""The ids that tests and scripts hang on, page by page (PAGES §3)."""

import pytest

from idp.ui.language import Language
from tests.ui.every_page import Key
from tests.ui.html import Page


@pytest.mark.parametrize("language", Language)
def test_the_ids_that_tests_and_scripts_hang_on_are_there(
    language: Language, parsed: dict[Key, Page]
) -> None:
    wanted = {
        "sign-in": "method-national method-password cancel relying-party rp-name rp-host rp-policy rp-tos recover",
        "passkey-failed": "submit other-way recover",
        "account-sign-in": "submit recover",
        "account-again": "submit cancel",
        "recover-desk-done": "notice names home",
        "step-up-no-way": "no-way cancel",
        "sign-in-continue": "submit other-account cancel",
        "sign-in-degraded": "banner banner-title banner-more method-national-down",
        "status": "as-of national national-up by-national by-national-passkey-password-code-phone",
        "status-down": "banner national-down by-passkey-password by-phone by-none",
        "status-planned": "banner national-planned more",
        "sign-in-cancelled": "notice",
        "national": "upstream-host hint-upstream submit cancel",
        "password": "username password show-password submit forgot other-way",
        "password-only": "username password submit cancel forgot rp-policy rp-tos",
        "otp": "otp submit never-ask",
        "otp-wrong": "use-recovery",
        "recovery": "recovery-code submit use-otp never-ask",
        "recovery-used": "new-code codes-left submit skip-code",
        "methods": "method-national method-password set-password method-totp set-totp set-recovery-codes",
        "methods-all": "remove-password remove-totp codes-left remove-recovery-codes",
        "method-password": "new-password submit cancel username",
        "method-totp": "totp-qr totp-key otp submit",
        "method-codes-shown": "codes codes-once code-10 codes-of",
        "method-remove": "submit cancel",
        "act-for": "act-self act-m-child act-missing submit cancel rp-name",
        "act-for-search": "q search act-beyond",
        "act-for-nobody": "act-nothing cancel",
        "consent": "allow deny claims-public-task claims-consent claim-email legal-basis not-shared rp-policy",
        "consent-first-login": "first-login manage",
        "sign-out": "sign-out-here sign-out-all cancel",
        "signed-out": "delivery-1 open-services back submit refresh",
        "signed-out-alone": "back submit",
        "error-untrusted-client": "error for-developer error-reference",
        "home-signed-in": "me open-account sign-out",
        "history": "filter kind service submit event-e1 not-me-e1 ask-why-e5 older offline",
        "history-none": "history-none",
        "not-me": "facts what submit cancel",
        "account-locked": "case notice unlock back",
        "lock": "lock-sign-in lock-recovery username recovery-code lock-desk unlock foot-lock",
        "lock-signed-in": "lock-signed-in lock-recovery lock-desk",
        "unlock": "submit unlock-desk",
        "dispute": "facts what submit cancel",
        "dispute-over": "lock unlock",
        "ask-why": "facts submit cancel",
        "ask-why-answered": "case asked answer cancel",
        "error-locked-owner": "unlock error-reference",
        "services": "services service-dichvucong open-service-dichvucong withdrawn open-receipt-hoctap",
        "service-consent": "withdraw receipt back",
        "service-public-task": "object receipt back",
        "service-receipt-withdrawn": "withdrawn receipt-number back",
        "sessions": "session-9k0 end-session-9k1 others sign-out-all",
        "sessions-only-this": "only-this",
        "account-home": "nav-home m-nav-home menu id-number level",
        "data": "held held-name export ask-view ask-correct ask-restrict ask-object ask-delete close-account",
        "data-copy-ready": "read-copy download-copy",
        "data-closing": "closing keep-account",
        "data-restricted": "restricted lift-restriction",
        "data-form-object": "service what why submit cancel",
        "data-close": "sure submit cancel",
        "number-shown": "full-number back",
        "data-copy": "part-account part-attributes part-consents part-history back",
        "administrator": "name username new-password submit",
        "administrator-totp": "totp-qr totp-key otp submit",
    }
    frame = (
        "skip brand test-environment official foot-help foot-scam foot-privacy foot-accessibility title main"
    )
    other = "lang-en" if language is Language.VI else "lang-vi"
    for name, ids in wanted.items():
        assert set(ids.split()) | set(frame.split()) | {other} <= set(parsed[name, language].ids())
