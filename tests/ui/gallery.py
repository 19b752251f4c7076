"""Writes every sample page as a file to look at: `python -m tests.ui.gallery OUT`, then serve OUT."""

import sys
from pathlib import Path

from markupsafe import Markup

from idp.ui.language import Language
from idp.ui.pages import Pages
from idp.ui.static import STATIC
from tests.ui.sample import SITE
from tests.ui.samples import SAMPLES


def render_all() -> dict[str, bytes]:
    """Return path → body of every page, its files, and an index of links."""
    pages = Pages(SITE)
    files = {path: body for path, (_type, body) in STATIC.items()}
    for name, sample in SAMPLES.items():
        for language in Language:
            files[f"/{language}/{name}.html"] = sample.render(pages, language).encode()
    files["/vi/server-error.html"] = pages.server_error("7K2M-9QXD-4FHT")
    items = [Markup('<li><a href="{0}">{0}</a>').format(path) for path in files if path.endswith(".html")]
    index = Markup("<!doctype html><html lang=en><title>Gallery</title><ul>{}</ul>").format(
        Markup().join(items)
    )
    return {**files, "/index.html": index.encode()}


def main(out: Path) -> None:
    for path, body in render_all().items():
        target = out / path.removeprefix("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
