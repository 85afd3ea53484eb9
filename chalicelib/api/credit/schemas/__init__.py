"""Request and response bodies of credit (信用)."""
