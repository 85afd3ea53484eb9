"""Signals of window dressing: what looks better than it was."""
