"""The rules of flags (失信惩戒): pure functions that are given the time."""
