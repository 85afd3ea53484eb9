"""What can be done with supervision (效能监察): each procedure from its checks to its one write."""
