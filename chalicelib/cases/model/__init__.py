"""Immutable value types for cases (办件)."""
