"""What Xinnuo is deployed with: the CloudFormation template and the local cloud."""
