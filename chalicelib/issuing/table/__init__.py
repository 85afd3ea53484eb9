"""The table of issued documents (文书)."""
