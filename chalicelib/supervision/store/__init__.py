"""Loading and saving supervision (效能监察)."""
