"""Editions of the working calendar (工作日历版本): loaded by people, kept for ever, counted on from then on."""
