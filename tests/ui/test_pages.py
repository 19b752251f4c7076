"""Every template in every state, in both languages: structure, names, forms (PAGES §3.0, §5)."""

from dataclasses import replace

import pytest
from jinja2 import UndefinedError

from idp.ui import navigation
from idp.ui.errors import ErrorSummary, one_error
from idp.ui.info import INFO_PAGES
from idp.ui.language import Language
from idp.ui.links import own_path, return_url, web_url
from idp.ui.pages import Pages, RelyingParty
from idp.ui.static import STATIC
from tests.ui.every_page import Key, Seen, on_every_page
from tests.ui.html import Page
from tests.ui.sample import FRAME, PORTAL, SITE
from tests.ui.samples import SAMPLES

OWN_PATHS = {
    "/",
    "/lock",
    "/unlock",
    "/recover",
    "/recover/desk",
    "/help",
    "/phong-lua-dao",
    "/privacy",
    "/accessibility",
    "/end_session",
}
PASSED_IN = {"/status", "/account/services", "/signed-out"}
ACCOUNT = {section.path for section in navigation.ACCOUNT} | {
    *("/account/history/not-me", "/account/history/ask-why"),
    *("/account/contacts/remove", "/account/contacts/sign-in"),
    *("/account/data/request", "/account/data/close"),
    *(f"/account/services{page}" for page in ("/service", "/receipt")),
    *(f"/account/mandates{page}" for page in ("", "/organisation", "/person", "/firm", "/clients", "/act")),
}
METHODS = {f"/account/methods{page}" for page in ("", "/password", "/totp", "/recovery-codes", "/remove")} | {
    f"/account/methods/passkeys{page}" for page in ("", "/add", "/rename", "/remove")
}
STEPS = {
    "/sign-in",
    "/sign-in/passkey",
    "/sign-in/otp",
    "/sign-in/recovery",
    "/sign-in/national",
    "/sign-in/password",
    "/sign-in/waiting",
    "/sign-in/code",
    "/step-up",
    "/sign-in/code/enter",
    "/authorize/resume",
}
ACTIONS = {
    *("/language", "/theme", "/act-for", "/consent", "/end_session/confirm"),
    *("/sign-in/national", "/sign-in/password", "/sign-in/otp", "/sign-in/cancel", "/sign-in/continue"),
    *("/sign-in/recovery", "/sign-in/recovery/kept"),
    *("/sign-in/code", "/sign-in/code/enter"),
    *(f"/account/contacts{page}" for page in ("", "/code", "/remove", "/sign-in")),
    *(METHODS - {"/account/methods"}),
    "/sign-in/passkey",
    *("/sign-in/qr", "/sign-in/qr/confirmed", "/q", "/q/sign-in", "/q/BCDF-GHJK"),
    *("/lock", "/lock/recovery", "/unlock", "/not-me", "/account/history/ask-why"),
    *("/recover", "/recover/renew", "/recover/desk", "/recover/desk/bind"),
    *("/account/sessions", "/account/history/not-me", "/account/services/withdraw", "/account/number"),
    *(f"/account/data/{page}" for page in ("copy", "copy/file", "copy/page", "restriction", "close")),
    *("/account/data/request", "/account/data/request/withdraw"),
    *("/administrator/start", "/administrator/totp", "/account/sign-in", "/account/devices"),
    *(f"/account/mandates/{page}" for page in ("person", "firm", "clients", "act")),
}


@on_every_page
def test_a_page_is_well_formed_and_in_its_language(seen: Seen) -> None:
    page = seen.page
    assert page.faults == []
    assert page.one("html").attrs["lang"] == seen.language
    assert page.one("body").attrs["id"].startswith("page-")
    assert len(page.ids()) == len(set(page.ids()))


@on_every_page
def test_the_title_is_the_one_h1_and_no_heading_level_is_skipped(seen: Seen) -> None:
    page = seen.page
    h1 = page.one("h1")
    prefix = (
        ("Lỗi: " if seen.language is Language.VI else "Error: ") if "errors" in _context(seen.name) else ""
    )
    assert h1.attrs["id"] == "title"
    assert page.one("title").text == f"{prefix}{h1.text} – Hải Phòng ID"
    after = [element.tag for element in page.elements[page.elements.index(h1) :]]
    assert [tag for tag in after if tag in {"h3", "h4"}] == []


@on_every_page
def test_landmarks_stand_in_order_and_the_skip_link_comes_first(seen: Seen) -> None:
    page = seen.page
    body = page.elements.index(page.one("body"))
    assert page.elements[body + 1].attrs == {"class": "skip", "id": "skip", "href": "#main"}
    landmarks = [
        element.tag for element in page.elements if element.tag in {"aside", "header", "main", "footer"}
    ]
    assert landmarks == ["aside", "header", "main", "footer"]
    navs = [element.attrs["aria-label"] for element in page.all("nav")]
    assert len(navs) == len(set(navs))


@on_every_page
def test_every_reference_inside_a_page_leads_somewhere(seen: Seen) -> None:
    page = seen.page
    ids = set(page.ids())
    for element in page.elements:
        for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "data-reveals"):
            assert set(element.attrs.get(attribute, "").split()) <= ids
        if element.attrs.get("href", "").startswith("#"):
            assert element.attrs["href"][1:] in ids


@on_every_page
def test_every_link_leads_to_a_page_that_exists(seen: Seen) -> None:
    anchors = {
        f"{info.path}#{anchor}"
        for info in INFO_PAGES.values()
        for anchor in seen.pages[f"info-{info.key}", seen.language].ids()
    }
    for link in seen.page.all("a"):
        href = link.attrs["href"]
        if href.startswith("https://"):
            assert link.attrs.get("rel") == "noopener noreferrer" or link.attrs["id"] == "back"
        elif "#" in href and not href.startswith("#"):
            assert href in anchors
        elif not href.startswith("#"):
            assert href.partition("?")[0] in OWN_PATHS | PASSED_IN | STEPS | ACCOUNT | METHODS
        assert link.text.strip()


@on_every_page
def test_every_form_posts_with_its_anti_forgery_value_to_a_path_of_ours(seen: Seen) -> None:
    """A search only looks, so it is asked for in the address and carries no value to post with."""
    page = seen.page
    searches = [form for form in page.all("form") if form.attrs.get("role") == "search"]
    assert [form.attrs["method"] for form in searches] == ["get"] * len(searches)
    forms = [form for form in page.all("form") if form not in searches]
    assert seen.html.count('name="csrf" value="c5rf-value"') == len(forms)
    for form in forms:
        assert form.attrs["method"] == "post"
        assert form.attrs["action"].partition("?")[0] in ACTIONS


@on_every_page
def test_every_field_has_a_label_and_every_button_has_words(seen: Seen) -> None:
    page = seen.page
    labelled = {label.attrs["for"] for label in page.all("label")}
    fields = [
        field for field in page.all("input", "select", "textarea") if field.attrs.get("type") != "hidden"
    ]
    assert {field.attrs["id"] for field in fields} == labelled
    assert all(button.text.strip() for button in page.all("button"))
    assert not any("checked" in field.attrs for field in fields)
    typed = [field for field in fields if field.attrs.get("type") not in {None, "checkbox", "radio"}]
    assert all("autocomplete" in field.attrs for field in typed)


@on_every_page
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(seen: Seen) -> None:
    page = seen.page
    assert page.all("style", "iframe", "img", "object") == []
    for element in page.elements:
        assert not any(attribute == "style" or attribute.startswith("on") for attribute in element.attrs)
    assert {script.attrs["src"] for script in page.all("script")} <= STATIC.keys()
    assert all("defer" in script.attrs for script in page.all("script"))
    assert {link.attrs["href"] for link in page.all("link")} <= STATIC.keys()


@on_every_page
def test_a_page_with_its_style_stays_under_60_kib(seen: Seen) -> None:
    style = next(len(body) for kind, body in STATIC.values() if kind.startswith("text/css"))
    assert len(seen.html.encode()) + style <= 60 * 1024


@on_every_page
def test_a_form_with_problems_says_them_on_top_and_at_the_field(seen: Seen) -> None:
    page = seen.page
    errors = _context(seen.name).get("errors")
    summaries = [element for element in page.elements if element.attrs.get("role") == "alert"]
    if errors is None:
        assert summaries == []
        return
    assert isinstance(errors, ErrorSummary)
    (summary,) = summaries
    assert (summary.attrs["id"], summary.attrs["tabindex"], "autofocus" in summary.attrs) == (
        "error",
        "-1",
        True,
    )
    for item in errors.items:
        said = [element for element in page.elements if element.attrs.get("id") == f"error-{item.field}"]
        assert all(message.text.split(maxsplit=1)[1] in summary.text for message in said)
        if item.field and not item.field.startswith("claim-"):
            assert len(said) == 1
            (field,) = [element for element in page.elements if element.attrs.get("id") == item.field]
            assert field.tag == "fieldset" or field.attrs["aria-invalid"] == "true"
            assert f"error-{item.field}" in field.attrs["aria-describedby"]


@pytest.mark.parametrize("language", Language)
def test_the_ids_that_tests_and_scripts_hang_on_are_there(
    language: Language, parsed: dict[Key, Page]
) -> None:
    wanted = {
        "sign-in": "method-national method-password cancel relying-party rp-name rp-host rp-policy rp-tos never-ask",
        "sign-in-continue": "submit other-account cancel",
        "sign-in-degraded": "banner banner-title method-national-down",
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
        "lock": "lock-recovery username recovery-code lock-desk unlock foot-lock",
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


def test_a_check_that_fails_names_every_page_on_which_it_does(
    rendered: dict[Key, str], parsed: dict[Key, Page]
) -> None:
    @on_every_page
    def check(seen: Seen) -> None:
        assert seen.name != "otp" or seen.language is Language.EN
        assert seen.name != "consent"

    with pytest.raises(ExceptionGroup) as failed:
        check(rendered, parsed)
    assert sorted(note for one in failed.value.exceptions for note in one.__notes__) == [
        "on consent in en",
        "on consent in vi",
        "on otp in vi",
    ]


def test_a_name_the_template_needs_and_nobody_gave_is_an_error(pages: Pages) -> None:
    with pytest.raises(UndefinedError):
        pages.render("otp.html", FRAME)


def test_the_password_is_never_written_back(pages: Pages) -> None:
    html = pages.render(
        "password.html",
        FRAME,
        rp=PORTAL,
        i="x",
        is_only_way=False,
        public_minutes=10,
        username="huong",
        refused=True,
        errors=one_error("credentials_wrong"),
    ).decode()
    (field,) = [element for element in Page(html).all("input") if element.attrs.get("id") == "password"]
    assert "value" not in field.attrs


def test_a_vietnamese_name_on_an_english_page_says_so(parsed: dict[Key, Page]) -> None:
    page = parsed["consent", Language.EN]
    (name,) = [element for element in page.all("span") if element.text == "Học kỹ năng số Hải Phòng"][:1]
    assert name.attrs["lang"] == "vi"


def test_only_a_test_environment_says_that_it_is_one() -> None:
    site = replace(SITE, test_environment=False, issuer="http://localhost:8443/x")
    page = Page(SAMPLES["sign-in"].render(Pages(site), Language.VI))
    assert "test-environment" not in page.ids()
    assert "http://localhost:8443." in page.one("aside").text


def test_a_text_that_is_no_text_does_not_break_the_page(pages: Pages) -> None:
    html = pages.render(
        "password.html",
        FRAME,
        i="x",
        is_only_way=False,
        public_minutes=10,
        username="a\udc80b",
        refused=False,
    ).decode()
    assert 'value="a?b"' in html


def test_the_chosen_theme_is_written_on_the_page(parsed: dict[Key, Page]) -> None:
    assert parsed["sign-in-planned", Language.VI].one("html").attrs["data-theme"] == "dark"
    assert "data-theme" not in parsed["sign-in", Language.VI].one("html").attrs


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "//evil",
        "http://[",
        "vbscript:x",
        "",
    ],
)
def test_a_policy_link_that_is_not_of_the_web_is_not_shown(uri: str, pages: Pages) -> None:
    rp = RelyingParty(name="A", name_en="A", agency="B", host="a.example", policy_uri=uri, tos_uri=uri)
    html = pages.render("sign_in.html", FRAME, **{**_context("sign-in"), "rp": rp}).decode()
    assert not {"rp-policy", "rp-tos"} & set(Page(html).ids())
    assert web_url(uri) is None
    assert return_url(uri) is None


@pytest.mark.parametrize(
    "url",
    [
        "//evil",
        "/\\evil",
        "///evil",
        "https:evil",
        "https://evil",
        "javascript:alert(1)",
        "evil",
        "/\t/evil",
        "/ x",
        "",
    ],
)
def test_only_a_path_on_this_host_is_a_path_of_ours(url: str) -> None:  # attack row A10
    assert own_path(url) is None


def test_a_path_with_a_query_is_a_path_of_ours() -> None:
    assert own_path("/signed-out?r=7K2M") == "/signed-out?r=7K2M"


def test_the_way_back_may_lead_into_a_native_application() -> None:
    assert return_url("vn.haiphong.app:/signed-out") == "vn.haiphong.app:/signed-out"


def test_the_server_error_page_is_well_formed_and_needs_nothing(pages: Pages) -> None:
    page = Page(pages.server_error("7K2M-9QXD").decode())
    assert page.faults == []
    assert page.all("script", "form") == []
    assert "7K2M-9QXD" in page.one("main").text
    assert SITE.origin in page.one("footer").text
    assert {link.attrs["href"] for link in page.all("link")} <= STATIC.keys()


def _context(name: str) -> dict[str, object]:
    return dict(SAMPLES[name].context(Language.VI))
