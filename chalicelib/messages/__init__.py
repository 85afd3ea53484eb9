"""Messages (消息): telling people what happened to them, once each, and keeping whose turn it is."""
