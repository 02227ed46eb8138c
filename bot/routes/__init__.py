"""The URL table, one module per part of the interface: what each endpoint accepts, answers and refuses."""
