"""Every form on every page: where it posts, how its fields are named, how it says what went wrong (PAGES §5)."""

from idp.ui.errors import ErrorSummary, one_error
from idp.ui.language import Language
from idp.ui.pages import Pages
from tests.ui.every_page import Seen, on_every_page
from tests.ui.html import Page
from tests.ui.paths import ACTIONS
from tests.ui.sample import FRAME, PORTAL, SITE
from tests.ui.samples import SAMPLES


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


def test_who_is_told_to_sign_in_another_way_is_offered_that_first() -> None:
    for sample, button in {"qr-far": "other-way", "qr-expired": "submit"}.items():
        page = Page(SAMPLES[sample].render(Pages(SITE), Language.VI))
        main = [one.attrs["id"] for one in page.elements if "btn" in one.attrs.get("class", "").split()]
        plain = [one.attrs["id"] for one in page.elements if "btn-2" in one.attrs.get("class", "").split()]
        assert [one for one in main if one not in plain] == [button]
        assert {"submit", "other-way"} <= set(main)


CAPITALS = {
    **dict.fromkeys(("name", "full-name"), "words"),
    **dict.fromkeys(("recovery-code", "user-code", "case-number", "desk-code"), "characters"),
    "passkey-name": "sentences",
}
"""Field → what a phone writes large by itself: names of people, codes as they are printed; else nothing."""


@on_every_page
def test_a_phone_writes_large_what_is_written_large(seen: Seen) -> None:
    for field in seen.page.all("input"):
        if field.attrs.get("type") in {"text", "password"}:
            assert field.attrs["autocapitalize"] == CAPITALS.get(field.attrs["id"], "none")


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
def test_a_form_with_problems_says_them_on_top_and_at_the_field(seen: Seen) -> None:
    page = seen.page
    errors = SAMPLES[seen.name].context(Language.VI).get("errors")
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
