"""Request and response bodies of cases (办件)."""
