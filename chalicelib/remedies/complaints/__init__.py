"""Complaints and suggestions (投诉建议): routed to the office that can answer, and answered in time."""
