"""The frozen values of the catalogue (政务服务事项)."""
