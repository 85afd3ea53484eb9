"""What can be done with clocks (时限): each procedure from its checks to its one write."""
