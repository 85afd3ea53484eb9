"""Editions of the list of measures: handed in by people, kept for ever, and live flags held against them (R2.10)."""
