"""Pages of credit officers (信用中心)."""
