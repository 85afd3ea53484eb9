"""The rules of subjects (主体): pure functions that are told the time."""
