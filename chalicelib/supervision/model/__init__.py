"""The frozen values of supervision (效能监察)."""
