"""What departments did, counted as it happens (R4.23)."""
