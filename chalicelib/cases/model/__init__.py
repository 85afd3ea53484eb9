"""The frozen values of cases (办件)."""
