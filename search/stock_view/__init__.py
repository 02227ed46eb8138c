"""The view of per-store stock: which products are on the shelf at which stores, as tags that RediSearch can count."""
