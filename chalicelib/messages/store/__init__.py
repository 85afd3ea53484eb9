"""Loading and saving messages (消息)."""
