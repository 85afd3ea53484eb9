"""The frozen values of credit (信用)."""
