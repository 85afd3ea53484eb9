"""Alerts (督办提醒): telling the right person once, and escalating when nobody answers."""
