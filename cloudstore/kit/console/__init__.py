"""Columns for the console's lists: deadlines, tiers, progress, states and money said as everywhere else in the product."""

from cloudstore.kit.console.columns import DueColumn, MoneyColumn, ProgressColumn, StatusColumn, TierColumn, WhenColumn

__all__ = ["DueColumn", "MoneyColumn", "ProgressColumn", "StatusColumn", "TierColumn", "WhenColumn"]
