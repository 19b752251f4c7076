"""A person who uses no mouse: moves by Tab, sees where they are, presses Enter."""

from tests.journeys.visitor import Visitor

_MOST_TABS = 60
FOCUS = """() => {
  const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect();
  return {
    id: element.id, name: element.tagName,
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""


def tab_to(visitor: Visitor, id_: str) -> None:
    """Move to an element; wherever the focus rests on the way it can be seen."""
    for _ in range(_MOST_TABS):
        if _focus(visitor)["id"] == id_:
            return
        visitor.page.keyboard.press("Tab")
        at = _focus(visitor)
        assert at["name"] == "BODY" or (at["ring"] and at["seen"]), (visitor.page.url, at)
    raise AssertionError(f"#{id_} can't be reached by Tab on {visitor.page.url}")


def enter(visitor: Visitor) -> None:
    """Press Enter where it leads on: one act."""
    visitor.acts += 1
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")


def tab_through(visitor: Visitor) -> list[str]:
    """Return the ids of what Tab reaches on this page, in order, once around."""
    reached: list[str] = []
    for _ in range(_MOST_TABS):
        visitor.page.keyboard.press("Tab")
        at = _focus(visitor)
        if at["name"] == "BODY":
            return reached
        assert at["ring"], (visitor.page.url, at)
        assert at["seen"], (visitor.page.url, at)
        reached.append(str(at["id"]))
    raise AssertionError(f"Tab never leaves {visitor.page.url}")


def _focus(visitor: Visitor) -> dict[str, object]:
    found: dict[str, object] = visitor.page.evaluate(FOCUS)
    return found
