"""Routes and bodies of credit (信用)."""
