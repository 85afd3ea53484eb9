"""The working calendar (工作日历) and the counting of time limits (期限计算)."""
