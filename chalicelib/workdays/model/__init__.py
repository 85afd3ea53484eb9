"""The frozen values of working days (工作日)."""
