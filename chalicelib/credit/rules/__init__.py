"""The rules of credit (信用): pure functions that are given the time."""
