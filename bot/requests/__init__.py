"""What each endpoint accepts: one model per endpoint, used both to check requests and to write the OpenAPI document.

A model has a field for each part of the request that the endpoint reads: `path`, `query`, `headers`, `body`.
"""
