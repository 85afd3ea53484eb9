"""Loading and saving feedback (评价、投诉建议)."""
