"""CloudWatch on any clock: metrics as AWS's services publish them, and alarms that are evaluated as CloudWatch does."""
