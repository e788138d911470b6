"""The pipeline without AWS: files in folders instead of a bucket, a list instead of a queue."""
