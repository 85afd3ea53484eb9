"""The tables of credit (信用)."""
