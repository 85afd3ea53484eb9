"""The routes of contacts and deliveries."""
