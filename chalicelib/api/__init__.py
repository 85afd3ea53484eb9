"""The JSON API: one file of routes a subject, on the machinery of ``chalicelib.http``."""
