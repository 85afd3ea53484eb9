"""The rules of alerts (督办提醒): pure functions that are told the time."""
