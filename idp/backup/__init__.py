"""The whole database in one file, made while nodes run, and back: engine-independent, sealed by the master key."""
