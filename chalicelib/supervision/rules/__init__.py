"""The rules of supervision (效能监察): pure functions that take the time as an argument."""
