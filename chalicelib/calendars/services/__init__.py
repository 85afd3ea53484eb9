"""The services of working calendars (工作日历): each method runs from its checks to a single write."""
