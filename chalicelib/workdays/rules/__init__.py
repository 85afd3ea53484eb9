"""The rules of working days (工作日): pure functions that are told the time."""
