"""Heavy properties, run by `scripts/proof`: a module is one item of at most ten minutes, with a `main()`."""
