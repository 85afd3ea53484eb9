"""Loading and saving alerts (督办提醒)."""
