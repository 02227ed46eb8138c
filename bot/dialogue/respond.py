"""One message to one answer: reads it, does what is wanted through the ports, words the outcome. No I/O of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.conversations import Conversation
from bot.dialogue.answering import answer_of
from bot.dialogue.asking import Asking
from bot.dialogue.choosing import Choosing
from bot.dialogue.draft import Button, Draft, Turn
from bot.dialogue.holding import Holding, remind
from bot.dialogue.listening import context_of, heard, take_over
from bot.dialogue.policy import DialoguePolicy
from bot.dialogue.proposing import Proposing
from bot.dialogue.talk import small_talk
from bot.dialogue.whereabouts import Whereabouts
from bot.intents import Intent
from bot.messages import IncomingMessage, Proposal, TurnAnswer
from bot.phrases import Phrases
from bot.ports import Ports
from bot.understanding.models import Expecting
from bot.understanding.turn import understand
from bot.wording import Names, Wording, line

#: Answered without losing a proposal that waits for its yes.
_DIGRESSIONS = frozenset(
    {
        Intent.STORE_INFO,
        Intent.PRODUCT_INFO,
        Intent.HELP,
        Intent.GREETING,
        Intent.THANKS,
        Intent.HOLD_STATUS,
        Intent.DELIVERY,
        Intent.NOTIFY_RESTOCK,
        Intent.HUMAN,
        Intent.OUT_OF_SCOPE,
    }
)


class Dialogue:
    def __init__(self, ports: Ports, phrases: Mapping[str, Phrases], policy: DialoguePolicy) -> None:
        self._ports = ports
        self._phrases = phrases
        self._whereabouts = whereabouts = Whereabouts(ports, policy)
        asking = Asking(ports, policy, whereabouts)
        proposing = Proposing(ports, policy, whereabouts)
        self._holding = Holding(ports, policy, proposing)
        self._choosing = Choosing(ports, asking, proposing, self._holding, whereabouts)
        self._questions: dict[Intent, Callable[[Turn], Awaitable[Draft]]] = {
            Intent.FIND_STOCK: asking.find,
            Intent.GIVE_PLACE: asking.find,
            Intent.SELECT_OPTION: self._choosing.select,
            Intent.STORE_STOCK: asking.store_stock,
            Intent.STORE_INFO: asking.store_info,
            Intent.PRODUCT_INFO: asking.product_info,
            Intent.ALTERNATIVES: asking.alternatives,
        }

    async def respond(
        self, message: IncomingMessage, message_id: str, conversation: Conversation
    ) -> tuple[TurnAnswer, Conversation]:
        """The answer, and the conversation after it."""
        before = heard(message, conversation)
        meant = understand(message.text, context_of(before), self._ports.places)
        turn = Turn(message, message_id, meant, take_over(before, meant), before.wanted)
        draft = await self._answer(turn, before.proposal, before.expecting)
        wording = Wording(self._phrases[draft.conversation.language], draft.conversation.locale, message.available_cap)
        return answer_of(turn, draft, wording), draft.conversation

    async def _answer(self, turn: Turn, pending: Proposal | None, expecting: Expecting) -> Draft:
        draft = _with_the_rest(turn, await self._by_intent(turn, pending))
        if turn.understanding.intent not in _DIGRESSIONS:
            return draft
        if pending and turn.now < pending.expires_at:
            return remind(turn, draft, pending)
        asked_where = expecting is Expecting.PLACE and draft.conversation.expecting is Expecting.PLACE
        return self._asking_again(draft) if asked_where and not draft.results else draft

    def _asking_again(self, draft: Draft) -> Draft:
        """The question that waits, after a digression that did not ask it itself."""
        if any(said.key.startswith(("ask_", "place_")) for said in draft.lines):
            return draft
        question = self._whereabouts.ask(draft.conversation)
        return replace(
            draft.saying(*question.lines), conversation=question.conversation, buttons=question.buttons or draft.buttons
        )

    async def _by_intent(self, turn: Turn, pending: Proposal | None) -> Draft:
        conversation = turn.conversation
        match turn.understanding.intent:
            case Intent.AFFIRM:
                return await self._choosing.affirm(turn, pending)
            case Intent.PLACE_HOLD:
                return await self._choosing.hold(turn, pending)
            case Intent.NEGATE:
                return Draft(conversation, (line("dropped" if pending else "nothing_dropped"),))
            case Intent.CANCEL_HOLD:
                return await self._holding.cancel(turn, conversation, turn.understanding.hold_id)
            case Intent.HOLD_STATUS:
                return await self._holding.status(turn, conversation, turn.understanding.hold_id)
            case _:
                question = self._questions.get(turn.understanding.intent)
                return await question(turn) if question else small_talk(turn)


def _with_the_rest(turn: Turn, draft: Draft) -> Draft:
    """One thing is answered; the others of the same message are a button away, unless a place is asked for."""
    others = turn.understanding.others
    if not others:
        return draft
    told = draft.after(line("one_at_a_time", words=Names(others)))
    if draft.conversation.expecting is Expecting.PLACE:
        return told
    return replace(told, buttons=(*draft.buttons, *(Button(words) for words in others)))
