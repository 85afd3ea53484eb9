"""The frozen values of feedback (评价、投诉建议)."""
