"""The rules of working days (工作日): pure functions that take the time as an argument."""
