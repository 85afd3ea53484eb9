"""The procedures on issued documents (文书)."""
