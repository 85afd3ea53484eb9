"""The JSON API: one file of routes a subject; ``edge`` makes routes of functions."""
