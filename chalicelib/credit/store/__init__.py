"""The stores of credit (信用)."""
