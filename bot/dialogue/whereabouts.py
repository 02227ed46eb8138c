"""Where distances are measured from: a said place before the device's position; asks when neither is known."""

from __future__ import annotations

from dataclasses import replace

from bot.conversations import Conversation, Option, OptionKind
from bot.dialogue.draft import Button, Draft, Origin, Turn
from bot.dialogue.policy import DialoguePolicy
from bot.ports import Ports
from bot.understanding.models import Expecting
from bot.understanding.normalise import fold
from bot.wording import Line, line
from geo.models import Coordinates, Place, PlaceAmbiguous, PlaceFound, PlaceKind, PlaceUnknown

MAX_PLACE_CHOICES = 5


class Whereabouts:
    def __init__(self, ports: Ports, policy: DialoguePolicy) -> None:
        self._ports = ports
        self._policy = policy

    async def settle(self, turn: Turn) -> Draft:
        """Takes over a place that was said. The draft has lines only when somebody must answer or be told first."""
        conversation = turn.conversation
        said = turn.understanding.place
        if said is None:
            return Draft(conversation)
        outcome = PlaceFound(said.place) if said.place else await self._ports.places.resolve(said.text, turn.language)
        match outcome:
            case PlaceFound(place, corrected):
                known = (line("place_read_as", place=place.label),) if corrected else ()
                return Draft(self.at(conversation, place), known)
            case PlaceAmbiguous(_, choices):
                meant = _postcode_of_country(choices, conversation.place) or await self._own_store(said.text)
                if meant:
                    return Draft(self.at(conversation, meant))
                return _which(conversation, choices[:MAX_PLACE_CHOICES])
            case PlaceUnknown(_, geocoder_failed):
                key = "place_lookup_failed" if geocoder_failed else "place_unknown"
                return self._ask(conversation, line(key))

    async def _own_store(self, text: str) -> Place | None:
        """The one store of the chain that is named like that, where its town is not: "Lincoln Park"."""
        stores = await self._ports.stores.search(text, origin=None, limit=2)
        if len(stores) != 1 or fold(stores[0].city or "") == fold(text):
            return None
        store = stores[0]
        spot = Coordinates(store.lat, store.lon)
        return Place(store.name, store.region or "", store.country or "", PlaceKind.STORE, spot, 0, store.name)

    def at(self, conversation: Conversation, place: Place) -> Conversation:
        return replace(conversation, place=place, near_me=False, expecting=Expecting.NOTHING)

    def origin(self, turn: Turn, conversation: Conversation) -> Origin | None:
        device = conversation.fresh_device(turn.now, self._policy.position_ttl)
        if conversation.place and not conversation.near_me:
            return Origin(conversation.place.coordinates, conversation.place.label)
        return Origin(device, None) if device else None

    def ask(self, conversation: Conversation) -> Draft:
        if conversation.expecting is Expecting.PLACE and conversation.options:
            return _which(conversation, tuple(option.place for option in conversation.options if option.place))
        return self._ask(conversation, line("ask_position" if conversation.near_me else "ask_place"))

    def _ask(self, conversation: Conversation, question: Line) -> Draft:
        return Draft(replace(conversation, expecting=Expecting.PLACE, options=()), (question,))


def _which(conversation: Conversation, choices: tuple[Place, ...]) -> Draft:
    options = tuple(Option(OptionKind.PLACE, place.label, place=place) for place in choices)
    return Draft(
        replace(conversation, expecting=Expecting.PLACE, options=options),
        (line("ask_which_place", place=choices[0].name),),
        tuple(Button(option.label) for option in options),
    )


def _postcode_of_country(choices: tuple[Place, ...], before: Place | None) -> Place | None:
    """The one postcode in the country that was spoken of before; its town is named in the answer."""
    if before is None or any(place.kind is not PlaceKind.POSTAL_CODE for place in choices):
        return None
    there = [place for place in choices if place.country == before.country]
    return there[0] if len(there) == 1 else None
