"""From the words of one message, and where the conversation stands, to what is wanted. Pure."""
