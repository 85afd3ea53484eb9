"""The rules on issued documents (文书): which follow from an event, what stands in them, and whether they hold."""
