"""The services of supervision (效能监察): each method runs from its checks to a single write."""
