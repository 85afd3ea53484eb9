"""The rules of alerts (督办提醒): pure functions that take the time as an argument."""
