"""What the person sees: one file per page, no JavaScript anywhere."""
