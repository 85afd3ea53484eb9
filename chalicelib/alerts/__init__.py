"""Alerts (督办提醒): telling the right person once, and climbing when nobody answers."""
