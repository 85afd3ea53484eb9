"""Routes and bodies of cases (办件)."""
