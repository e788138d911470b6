"""The adapters to AWS: what the pipeline asks of a bucket, a queue and a secret, answered by botocore."""
