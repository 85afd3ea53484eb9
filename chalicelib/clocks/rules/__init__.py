"""The rules of clocks (时限): pure functions that are told the time."""
