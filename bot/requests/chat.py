"""What a turn of a conversation is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from bot.requests.fields import Handle, JsonPart, Latitude, Longitude, MessageText, Part


class Location(JsonPart):
    lat: Latitude
    lon: Longitude


class ChatBody(JsonPart):
    text: MessageText
    conversation_id: Handle | None = Field(None, description="From the answer before; missing starts a conversation")
    message_id: Handle | None = Field(None, description="The same id gets the same answer and does nothing twice")
    location: Location | None = None
    locale: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,4}$")] | None = None
    channel: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")] | None = None


class Chat(Part):
    body: ChatBody
