"""What two processes need to start: settings, logs, Redis, the function loader. No word of the domain."""
