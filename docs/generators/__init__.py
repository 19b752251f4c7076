"""One module per generated reference page: `PATH` names it from the root, `page()` returns its text."""
