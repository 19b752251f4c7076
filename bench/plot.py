"""Bars as SVG, without a library: one picture a scenario, the CPU of a flow for everybody who took part."""

from collections.abc import Mapping
from xml.sax.saxutils import escape

from bench.measure import Line

_ROW, _LABEL, _WIDTH, _VALUE = 26, 190, 420, 120


def picture(title: str, lines: Mapping[str, Line]) -> str:
    """Return an SVG; the whisker spans the rounds."""
    most = max(line.cpu_range[1] for line in lines.values()) or 1.0
    rows = []
    for number, (name, line) in enumerate(lines.items()):
        top = 34 + number * _ROW
        width = line.cpu_ms / most * _WIDTH
        low, high = (_LABEL + edge / most * _WIDTH for edge in line.cpu_range)
        color = "#0b6b8f" if name.startswith("ours") else "#9aa5ad" if name.startswith("limit") else "#c98a2b"
        rows.append(
            f'<text x="{_LABEL - 8}" y="{top + 14}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{_LABEL}" y="{top}" width="{width:.1f}" height="{_ROW - 8}" fill="{color}"/>'
            f'<path d="M{low:.1f} {top + 9}H{high:.1f}" stroke="#222" stroke-width="1.5"/>'
            f'<text x="{_LABEL + _WIDTH + 8}" y="{top + 14}">{line.cpu_ms:.3f} ms</text>'
        )
    height = 40 + len(lines) * _ROW
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LABEL + _WIDTH + _VALUE}" height="{height}"'
        ' font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="#fff"/>'
        f'<text x="8" y="20" font-weight="bold">{escape(title)}: CPU of one flow</text>{"".join(rows)}</svg>\n'
    )
