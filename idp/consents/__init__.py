"""Who shared what with whom and why."""
