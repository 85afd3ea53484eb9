"""Routes and bodies of working calendars (工作日历)."""
