"""What is said where nothing is looked up: greetings, help, what is not possible yet."""

from __future__ import annotations

from bot.dialogue.draft import Button, Draft, Turn
from bot.intents import Intent
from bot.wording import line

_LINES = {
    Intent.DELIVERY: "delivery_unavailable",
    Intent.NOTIFY_RESTOCK: "notify_unavailable",
    Intent.HUMAN: "human_unavailable",
    Intent.GREETING: "greeting",
    Intent.THANKS: "thanks",
    Intent.GOODBYE: "goodbye",
    Intent.OUT_OF_SCOPE: "out_of_scope",
    Intent.HELP: "help",
}


def small_talk(turn: Turn) -> Draft:
    """A friendly sentence; with examples where somebody may not know what to ask."""
    intent = turn.understanding.intent
    if intent is Intent.CHANGE_HOLD:
        has_hold = bool(turn.conversation.hold_ids)
        buttons = (Button(line("button_cancel_hold")),) if has_hold else ()
        return Draft(turn.conversation, (line("change_unavailable" if has_hold else "no_hold"),), buttons)
    if turn.understanding.language_asked:
        return Draft(turn.conversation, (line("language_switched"),))
    buttons = (Button(line("button_example")),) if intent in (Intent.HELP, Intent.GREETING) else ()
    return Draft(turn.conversation, (line(_LINES[intent]),), buttons)
