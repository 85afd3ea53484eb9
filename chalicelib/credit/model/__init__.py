"""Immutable value types for credit (信用)."""
