"""The icons: 24 px line drawings in the colour of the text, hidden from screen readers (PAGES §2.4).

Each stands beside words that say the same. No padlock, no shield: they mimic what a browser says (§1.4).
"""

from functools import lru_cache

from markupsafe import Markup

_SHAPES = {
    "building": Markup(
        '<path d="M4 21V5l8-2.5V21M12 9h7.5v12M2.5 21h19M7 8h2M7 12h2M7 16h2M15 13h1.5M15 17h1.5"/>'
    ),
    "child": Markup(
        '<circle cx="9" cy="7" r="3.5"/><path d="M2.5 20c.7-4 3.2-6 6.5-6 1.5 0 2.9.4 4 1.3"/>'
        '<circle cx="17.5" cy="14" r="2.3"/><path d="M13.5 21c.4-2.3 1.9-3.7 4-3.7s3.6 1.4 4 3.7"/>'
    ),
    "shop": Markup(
        '<path d="M4 10v10.5h16V10M3 10l1.8-6h14.4L21 10c0 1.5-1.2 2.5-3 2.5S15 11.5 15 10c0 1.5-1.3 2.5-3 2.5'
        'S9 11.5 9 10c0 1.5-1.2 2.5-3 2.5S3 11.5 3 10M10 20.5v-5h4v5"/>'
    ),
    "check": Markup('<path d="m4.5 12.5 5 5 10-11"/>'),
    "chevron": Markup('<path d="m9 5 7 7-7 7"/>'),
    "clock": Markup('<circle cx="12" cy="12" r="9"/><path d="M12 7v5.5l3.5 2"/>'),
    "data": Markup('<path d="M4 6c0-4 16-4 16 0v12c0 4-16 4-16 0zM4 6c0 4 16 4 16 0M4 12c0 4 16 4 16 0"/>'),
    "doc": Markup('<path d="M6 2.5h8l4.5 4.5v14.5H6zM14 2.5V7h4.5M9 12h6.5M9 16h6.5"/>'),
    "down": Markup('<path d="M12 4v11M7 10.5l5 5 5-5M4 20.5h16"/>'),
    "hand": Markup('<path d="M3 13.5 7 9.500l4 1 3-2 7 4.5-5.5 6-4.5-.5-5-2z"/>'),
    "home": Markup('<path d="m3 11.5 9-8 9 8M5.5 9.500v11h13v-11"/>'),
    "id": Markup(
        '<rect x="2.5" y="5" width="19" height="14" rx="2"/><circle cx="8.5" cy="11" r="2"/>'
        '<path d="M5.5 16c.5-1.5 1.6-2.3 3-2.3s2.5.8 3 2.3M14.5 10h4M14.5 14h4"/>'
    ),
    "info": Markup('<circle cx="12" cy="12" r="9"/><path d="M12 11v5.5M12 7.8h.01"/>'),
    "key": Markup(
        '<circle cx="8" cy="8" r="4.5"/><path d="m11.3 11.3 8.2 8.2M16 16l2.2-2.2M18.5 18.5l1.5-1.5"/>'
    ),
    "learn": Markup('<path d="M7 4.5v15l12-7.5z"/>'),
    "link": Markup(
        '<path d="M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.7-5.700l-1.2 1.200M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 '
        '5.7 5.700l1.2-1.2"/>'
    ),
    "list": Markup('<path d="M8.5 6H21M8.5 12H21M8.5 18H21M4 6h.01M4 12h.01M4 18h.01"/>'),
    "message": Markup('<path d="M3.5 5h17v11.500h-9l-4.500 4v-4h-3.500zM8 9h8M8 12.500h5"/>'),
    "password": Markup(
        '<rect x="3" y="7" width="18" height="10" rx="2"/><path d="M7.5 12h.01M12 12h.01M16.5 12h.01"/>'
    ),
    "pc": Markup('<rect x="3" y="4" width="18" height="12.5" rx="2"/><path d="M8.5 20.500h7M12 16.500v4"/>'),
    "qr": Markup(
        '<path d="M3.5 3.5h6v6h-6zM14.5 3.5h6v6h-6zM3.5 14.5h6v6h-6zM14.5 14.5h2v2h-2zM18.5 18.5h2v2h-2z'
        'M18.5 14.5h2M14.5 20.5h2"/>'
    ),
    "phone": Markup('<rect x="7" y="2.5" width="10" height="19" rx="2"/><path d="M11 18.5h2"/>'),
    "user": Markup('<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c1-4 4-6 7.5-6s6.5 2 7.5 6"/>'),
    "warn": Markup('<path d="M12 3.5 2.5 20.5h19zM12 10v5M12 17.8h.01"/>'),
    "x": Markup('<path d="m5 5 14 14M19 5 5 19"/>'),
}
_DRAWING = Markup('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>')


@lru_cache(maxsize=256)
def icon(name: str, *, large: bool = False) -> Markup:
    """Return the drawing; a name we don't know gets the neutral sheet of paper."""
    return _DRAWING.format("icon icon-l" if large else "icon", _SHAPES.get(name, _SHAPES["doc"]))
