"""Editions of the working calendar (工作日历版本): loaded by people, kept for good, and used from then on."""
