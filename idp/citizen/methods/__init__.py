"""`/account/methods…`: a person's own ways to sign in beside the national system: seen, set, changed, removed."""
