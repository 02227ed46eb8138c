"""One module per part of the HTTP interface; each turns checked requests into calls of the layers below and back."""
