"""The frozen values of subjects (主体)."""
