"""Guides: a few questions that lead to the one smallest unit that somebody needs."""
