"""Immutable value types for feedback (评价、投诉建议)."""
