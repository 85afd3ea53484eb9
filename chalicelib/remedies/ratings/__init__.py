"""Ratings (好差评): one a handling, anonymous to staff unless the person signs with a name."""
