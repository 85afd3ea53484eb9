"""What talks to the emulated AWS with boto3; it runs in the cloud's own environment (``environments.in_cloud``)."""
