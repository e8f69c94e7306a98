"""What can be refused about a customer's data."""


class TooManyReveals(Exception):
    """One person looked at more phone numbers within an hour than the work needs. `limit` is per hour."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} reveals within an hour")
        self.limit = limit


class NoPhone(Exception):
    """The customer left no phone number."""
