"""What botocore must know to speak to DynamoDB, and no more, so that a cold start need not read the rest."""
