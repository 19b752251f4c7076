"""A code typed on a Vietnamese keyboard: `Â` where `AA` was pressed, `Ư` where `W` was. The page says what to do."""

import pytest

from tests.world import World

MARKED = "7KÂM-2QXR-P4TÁ-9ƯZ0"
_SAID = "Tắt bộ gõ tiếng Việt"


@pytest.mark.parametrize(
    ("path", "button", "field"),
    [
        ("/q", "submit", "user-code"),
        ("/lock", "lock-recovery", "recovery-code"),
        ("/recover/desk", "submit", "desk-code"),
    ],
)
async def test_letters_with_marks_are_told_at_their_field(
    world: World, path: str, button: str, field: str
) -> None:
    browser = world.browser()
    page = await browser.press(await browser.get(path), button, None, **{field: MARKED})
    assert f"error-{field}" in page.ids
    assert _SAID in page.response.text
    page = await browser.press(await browser.get(path), button, None, **{field: "7KAM"})
    assert _SAID not in page.response.text


async def test_on_a_paper_they_count_as_no_try(world: World) -> None:
    browser = world.browser()
    for _ in range(30):
        page = await browser.press(
            await browser.get("/recover/desk"), "submit", None, **{"desk-code": MARKED}
        )
        assert (page.response.status_code, _SAID in page.response.text) == (200, True)
