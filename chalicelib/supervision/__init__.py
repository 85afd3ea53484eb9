"""Efficiency supervision (效能监察): what is due, what is late, and since when we have watched."""
