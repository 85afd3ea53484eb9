"""Routes of supervision (效能监察)."""
