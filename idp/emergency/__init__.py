"""What an emergency command reaches before it ends it: who is meant, and how much hangs on that."""
