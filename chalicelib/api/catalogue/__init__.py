"""Routes and bodies of the catalogue (政务服务事项)."""
