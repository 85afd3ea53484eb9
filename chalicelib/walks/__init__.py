"""Walks over many rows (分段续作): messages to themselves with a position, until each part has reached its end."""
