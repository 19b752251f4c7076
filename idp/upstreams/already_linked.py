"""Why an upstream account could not be linked. Pure."""


class AlreadyLinked(Exception):
    """The account was linked by another transaction first: roll back, run anew, and find that link."""

    def __init__(self, issuer: str) -> None:
        super().__init__(f"this account at {issuer} is linked already")
