"""What timers, streams and queues run: each job writes one log line and fails loudly."""
