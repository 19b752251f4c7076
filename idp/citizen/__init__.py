"""What a citizen sees: one file per page, its templates in templates/ (DESIGN 2, 5.20)."""
