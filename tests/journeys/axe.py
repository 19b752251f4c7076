"""axe-core on the page in front: what it finds against WCAG 2.2 A and AA, and its own best practice."""

from importlib.resources import files

from tests.journeys.visitor import Visitor

_AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = """async tags => {
  const found = await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]});
  return found.violations.map(one => `${one.id}: ${one.nodes.map(node => node.target.join(" ")).join(", ")}`);
}"""


def violations(visitor: Visitor) -> list[str]:
    """Return what axe-core finds, a line per rule."""
    if not visitor.page.evaluate("'axe' in window"):
        visitor.context.add_init_script(_AXE)  # pages after this one bring it along, at a third of the price
        visitor.page.evaluate(_AXE)
    found: list[str] = visitor.page.evaluate(_RUN, _TAGS)
    return found
