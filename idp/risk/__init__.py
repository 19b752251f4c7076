"""What of a sign-in is out of the ordinary, and the browsers people are known in."""
