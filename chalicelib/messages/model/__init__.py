"""The frozen values of messages (消息)."""
