"""The rows of messages (消息)."""
