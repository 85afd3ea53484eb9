"""The services of alerts (督办提醒): each method runs from its checks to a single write."""
