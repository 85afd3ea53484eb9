"""The rules of messages (消息): pure functions."""
