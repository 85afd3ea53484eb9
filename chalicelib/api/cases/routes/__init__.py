"""Routes of cases (办件)."""
