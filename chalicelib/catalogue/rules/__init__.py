"""The rules of the catalogue (政务服务事项): pure functions that take the time as an argument."""
