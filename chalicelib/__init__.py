"""Xinnuo (信诺): public services on the strength of a signed promise."""
