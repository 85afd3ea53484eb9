"""Immutable value types for flags (失信惩戒)."""
