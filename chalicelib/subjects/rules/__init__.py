"""The rules of subjects (主体): pure functions that take the time as an argument."""
