"""Routes and bodies of issued documents (文书)."""
