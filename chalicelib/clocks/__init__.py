"""Clocks (时限): every duty with a due date, of offices and of applicants."""
