"""Loading and saving the catalogue (政务服务事项)."""
