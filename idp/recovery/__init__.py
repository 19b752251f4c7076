"""Getting back into an account: what a recovery ends, how long it holds high-risk acts back, and desk cases."""
