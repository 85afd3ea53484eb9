"""HTTP routes for messages (消息)."""
