"""The rules of cases (办件): pure functions that are given the time."""
