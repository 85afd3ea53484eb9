"""What can be done with cases (办件): each procedure from its checks to its one write."""
