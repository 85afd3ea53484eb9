"""Routes of credit (信用)."""
