"""The tables of alerts (督办提醒)."""
