"""DynamoDB: the connection, the base model of tables, transactions and idempotency keys."""
