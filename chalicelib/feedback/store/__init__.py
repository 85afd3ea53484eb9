"""The stores of feedback (评价、投诉建议)."""
