"""Outages of the system (系统故障时段): what they excuse, and on what evidence."""
