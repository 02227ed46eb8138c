"""The JSON that each endpoint answers with, as types: `bot.responses` fills them, OpenAPI is made from them."""
