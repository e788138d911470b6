"""What several commands share: environments, processes, the AWS that is meant."""
