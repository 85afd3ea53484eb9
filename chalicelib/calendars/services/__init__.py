"""What can be done with working calendars (工作日历): each procedure from its checks to its one write."""
