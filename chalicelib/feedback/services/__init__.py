"""The procedures on feedback (评价、投诉建议), each from its checks to its one write."""
