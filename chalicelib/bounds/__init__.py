"""Bounds: how much of something one person, office or address may have or do (decision 0043)."""
