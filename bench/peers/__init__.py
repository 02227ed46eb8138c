"""What onhand is measured beside: the least that HTTP and Redis cost, and the usual way to keep stock in RediSearch."""
