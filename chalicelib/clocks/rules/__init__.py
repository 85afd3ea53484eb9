"""The rules of clocks (时限): pure functions that take the time as an argument."""
