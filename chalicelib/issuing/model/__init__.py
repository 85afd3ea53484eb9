"""The values of issued documents (文书)."""
