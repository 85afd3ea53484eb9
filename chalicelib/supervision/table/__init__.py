"""The tables of supervision (效能监察)."""
