"""What must reach others: written with the state change, sent by the worker."""
