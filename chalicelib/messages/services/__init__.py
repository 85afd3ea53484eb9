"""The services of messages (消息)."""
