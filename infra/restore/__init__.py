"""Restoring: all tables as they were at one instant, under other names, and proof of what they hold."""
