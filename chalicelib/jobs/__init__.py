"""What timers, streams and queues run: each job leaves one line in the log and fails loudly."""
