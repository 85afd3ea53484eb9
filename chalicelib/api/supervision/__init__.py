"""Routes and bodies of supervision (效能监察)."""
