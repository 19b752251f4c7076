"""Half an hour of every sort of use with short lifetimes: what grows by time comes to a stand (`scripts/soak`)."""
