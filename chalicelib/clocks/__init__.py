"""Clocks (时限): every duty that has a date, whoever it binds."""
