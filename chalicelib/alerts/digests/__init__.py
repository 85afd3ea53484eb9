"""A day's warnings told together, to recipients who want them so."""
