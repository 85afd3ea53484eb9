"""The rules of supervision (效能监察): pure functions that are told the time."""
