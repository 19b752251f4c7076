"""The design system of all faces: layout, components, words in Vietnamese and English, headers, formats.

PAGES.md is the look. Imports Jinja2 and the standard library only; no framework, clock or SQL (DESIGN 3).
"""
