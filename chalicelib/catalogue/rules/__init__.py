"""The rules of the catalogue (政务服务事项): pure functions that are told the time."""
