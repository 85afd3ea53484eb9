"""What can be done with flags (失信惩戒): each procedure from its checks to its one write."""
