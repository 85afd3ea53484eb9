"""The rules of feedback (评价、投诉建议): pure functions that are given the time."""
