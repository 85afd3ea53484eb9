"""Efficiency supervision (效能监察): boards, anomalies, cards, outages and statistics."""
