"""One turn of conversation, many channels: HTTP service, dialogue, commands for people."""
