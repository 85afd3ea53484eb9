"""Signed webhooks (推送): telling another system, as often as it takes."""
