"""What can be done with alerts (督办提醒): each procedure from its checks to its one write."""
