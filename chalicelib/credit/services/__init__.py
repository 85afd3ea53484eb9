"""What can be done with credit (信用): each procedure from its checks to its one write."""
