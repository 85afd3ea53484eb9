"""What can be done with feedback (评价、投诉建议): each procedure from its checks to its one write."""
