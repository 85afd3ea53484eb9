"""Routes and bodies of authorities (委托授权)."""
