"""The sentences around sending: leaving, the background, the notification at the end, what cannot be dropped."""

from __future__ import annotations

from uploader_gui.words.translation import QT_TRANSLATE_NOOP, CountedSentence, Sentence


class MannersWords(Sentence):
    """Sentences without a count."""

    # Leaving
    LEAVE_TITLE = QT_TRANSLATE_NOOP("manners", "Files not sent")
    IN_BACKGROUND = QT_TRANSLATE_NOOP("manners", "Keep sending in the background")
    IN_BACKGROUND_MORE = QT_TRANSLATE_NOOP(
        "manners",
        "The window closes; the program quits once everything is sent, and comes back if a file needs you.",
    )
    STAY = QT_TRANSLATE_NOOP("manners", "Stay here")
    STILL_LOOKED_AT = QT_TRANSLATE_NOOP("manners", "Files you added are still being looked at.")
    COMES_BACK = QT_TRANSLATE_NOOP(
        "manners", "You find them here again the next time you open the program. Nothing is sent by itself then."
    )
    NOT_SAVED = QT_TRANSLATE_NOOP(
        "manners", "The list cannot be saved on this computer just now: add again what is missing next time."
    )
    ADD_AGAIN = QT_TRANSLATE_NOOP(
        "manners", "Files are still being looked at: add again those that are not on the list next time."
    )
    CANCELLED_GONE = QT_TRANSLATE_NOOP("manners", "What you cancelled does not come back.")
    TRIAL_BACKGROUND = QT_TRANSLATE_NOOP("manners", "Go on with the trial in the background")
    TRIAL_BACKGROUND_MORE = QT_TRANSLATE_NOOP(
        "manners", "The window closes; the program quits once the trial is over, and comes back if a file needs you."
    )
    CLOSE_TRIAL = QT_TRANSLATE_NOOP("manners", "Close the trial")
    TRIAL_FORGOTTEN = QT_TRANSLATE_NOOP(
        "manners", "Its list is forgotten. Nothing was sent to the register; your own files stay where they are."
    )
    # Kept for a number
    FORGET_KEPT = QT_TRANSLATE_NOOP("manners", "Do not add")
    # Cancelling everything
    CANCEL_STAYS = QT_TRANSLATE_NOOP(
        "manners", "What has arrived stays stored. What is cancelled stays on the list and can be tried again."
    )
    CANCEL_NOT = QT_TRANSLATE_NOOP("manners", "Do not cancel")
    # Header and sign-in
    SIGN_OUT = QT_TRANSLATE_NOOP("manners", "Sign out: forget the tokens on this computer")
    RECENT = QT_TRANSLATE_NOOP("manners", "Anomalies used last")
    SESSION_OVER = QT_TRANSLATE_NOOP("manners", "Your session has ended. Sign in with new tokens before you go on.")
    SESSION_ENDS = QT_TRANSLATE_NOOP(
        "manners", "Your session ends in %1; sending may take about %2. Sign in with new tokens to be on the safe side."
    )
    # What is no file
    GIFT_LINK = QT_TRANSLATE_NOOP(
        "manners", "A link is not followed. Save the picture or file to a folder first, then drop it here."
    )
    GIFT_ELSEWHERE = QT_TRANSLATE_NOOP(
        "manners", "This is on another device or server. Copy it to a folder of this computer first, then drop it here."
    )
    GIFT_TEXT = QT_TRANSLATE_NOOP("manners", "Text alone is no file. Save it as a file first, then drop that.")
    GIFT_NOTHING = QT_TRANSLATE_NOOP("manners", "There is no file in it. Save it to a folder first, then drop that.")
    ADD_PICTURE = QT_TRANSLATE_NOOP("manners", "Add this picture to anomaly %1")
    PICTURE_SAVED = QT_TRANSLATE_NOOP("manners", "It is saved as a PNG file")
    PICTURE_LOST = QT_TRANSLATE_NOOP("manners", "The picture could not be added: %1")
    PICTURE_UNREADABLE = QT_TRANSLATE_NOOP("manners", "it cannot be read")
    # In the background
    SHOW_WINDOW = QT_TRANSLATE_NOOP("manners", "Show the window")
    GOES_ON = QT_TRANSLATE_NOOP("manners", "Sending goes on in the background")
    GOES_ON_TEXT = QT_TRANSLATE_NOOP("manners", "Open the program again to see the files.")
    # The end
    ALL_SENT = QT_TRANSLATE_NOOP("manners", "All files are sent")
    SOME_LEFT = QT_TRANSLATE_NOOP("manners", "Some files need you")
    NEEDS_SIGN_IN = QT_TRANSLATE_NOOP("manners", "Sign in to go on")

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "manners"


class CountedManners(CountedSentence):
    """Sentences with a count."""

    CANCEL_ALL = (
        "Cancel the file that has not been sent yet?",
        QT_TRANSLATE_NOOP("manners", "Cancel the %Ln files that have not been sent yet?", None, 1),
    )
    UNSENT = (
        "%1 is not attached to anomaly %2: %3.",
        QT_TRANSLATE_NOOP("manners", "%1 are not attached to anomaly %2: %3.", None, 1),
    )
    UNSENT_SEVERAL = (
        "%1 is not attached to its anomaly: %2.",
        QT_TRANSLATE_NOOP("manners", "%1 are not attached to their anomaly: %2.", None, 1),
    )
    TRIAL_UNSENT = (
        "TRIAL: %1 has not got through: %2.",
        QT_TRANSLATE_NOOP("manners", "TRIAL: %1 have not got through: %2.", None, 1),
    )
    WAITING = ("1 waiting", QT_TRANSLATE_NOOP("manners", "%Ln waiting", None, 1))
    SENDING = ("1 being sent", QT_TRANSLATE_NOOP("manners", "%Ln being sent", None, 1))
    CANCELLED = ("1 cancelled", QT_TRANSLATE_NOOP("manners", "%Ln cancelled", None, 1))
    SENT_TRIAL = ("1 file uploaded (trial)", QT_TRANSLATE_NOOP("manners", "%Ln files uploaded (trial)", None, 1))
    SENT = ("1 file uploaded", QT_TRANSLATE_NOOP("manners", "%Ln files uploaded", None, 1))
    FAILED = ("1 failed", QT_TRANSLATE_NOOP("manners", "%Ln failed", None, 1))
    REFUSED = ("1 refused", QT_TRANSLATE_NOOP("manners", "%Ln refused", None, 1))
    NOT_HERE = (
        "1 item was left out, because it is not on this computer: %1. Copy it to a folder here first, then drop it.",
        QT_TRANSLATE_NOOP(
            "manners",
            "%Ln items were left out, because they are not on this computer: %1. "
            "Copy them to a folder here first, then drop them.",
            None,
            1,
        ),
    )
    STILL_SENDING = ("1 file still to send", QT_TRANSLATE_NOOP("manners", "%Ln files still to send", None, 1))

    @property
    def context(self) -> str:
        """Name the group of the translation file."""
        return "manners"
