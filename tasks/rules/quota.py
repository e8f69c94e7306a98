"""How much one task may ask of an account, by tier of its dealer."""

#: Posts a week by tier; a new or unrated dealer is treated as the middle of the network.
WEEKLY_QUOTA = {"S": 5, "A": 4, "B": 3, "C": 3, "D": 2, "N": 3, "U": 3}
_DAYS_A_WEEK = 7


def weekly_quota(tier: str) -> int:
    """The default number of posts a week that a dealer of this tier is asked for."""
    return WEEKLY_QUOTA.get(tier, WEEKLY_QUOTA["N"])


def quota_for(asked: int, *, tier: str, days: int) -> int:
    """Posts asked of one account: what the task says, never more than its tier's weekly quota over the task's days.

    A task shorter than a week still may ask for one week's worth. At least one.
    """
    weeks = max(1, -(-max(days, 1) // _DAYS_A_WEEK))
    return max(1, min(asked, weekly_quota(tier) * weeks))
