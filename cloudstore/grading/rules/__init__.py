"""Every decision of grading as pure functions: points, peers, scores, tiers, the way up. No Django, clock or settings."""

from cloudstore.grading.rules.tiers import Tier

__all__ = ["Tier"]
