"""The frozen values of alerts (督办提醒)."""
