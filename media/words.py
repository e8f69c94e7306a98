"""What people read when a file is not taken: what is wrong, and what helps. In their language, with the numbers filled in."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cloudstore.kit.labels import Words

#: Code of a finding -> (what is wrong, what to do). Placeholders are the facts that `media.rules.refusals` lists.
REFUSALS: dict[str, tuple[Words, Words]] = {
    "empty_file": (
        _("The file is empty (0 bytes)."),
        _("Open it in the phone's gallery first: if it plays there, choose it again."),
    ),
    "not_a_video": (
        _("This is not a video that we can read, whatever its name says."),
        _("Choose an MP4 or MOV as the phone's camera records it."),
    ),
    "playlist": (
        _("This is a list that points to videos elsewhere, not a video."),
        _("Upload the video itself."),
    ),
    "polyglot": (
        _("Something else is hidden in this file beside the video."),
        _("Export the video again from the phone's gallery and upload that copy."),
    ),
    "truncated": (
        _("The file breaks off before its end."),
        _("Check that it plays to the end on the phone, then choose it again."),
    ),
    "damaged": (
        _("The picture cannot be read."),
        _("Check that it plays on the phone. If it does, export it again as MP4."),
    ),
    "protected": (
        _("The video is copy-protected."),
        _("Upload a recording of your own."),
    ),
    "no_picture": (
        _("The file has no picture, only sound or nothing."),
        _("Choose the video, not the sound recording."),
    ),
    "unsupported_codec": (
        _("The picture is stored as %(codec)s, which we cannot use."),
        _("Set the camera to H.264 or HEVC, or export the video as MP4."),
    ),
    "too_wide": (
        _("The picture is %(width)s × %(height)s pixels; at most %(limit)s on the longer side can be used."),
        _("Export it as 1080 × 1920."),
    ),
    "too_small": (
        _("The picture is only %(width)s × %(height)s pixels; the shorter side needs at least %(limit)s."),
        _("Upload the original, not a preview or a copy from a chat."),
    ),
    "too_long": (
        _("The video lasts %(seconds)s seconds; at most %(limit)s are allowed."),
        _("Cut it in the phone's gallery and upload the shorter one."),
    ),
    "too_short": (
        _("The video lasts only %(seconds)s seconds; at least %(limit)s are needed, and 7 for it to count."),
        _("Record a longer one."),
    ),
    "too_many_fps": (
        _("The video has %(fps)s pictures per second; at most %(limit)s can be used."),
        _("Slow motion has to be exported as a normal video first."),
    ),
    "too_many_streams": (
        _("The file holds %(streams)s tracks; a phone's video has two or three."),
        _("Export the video again and upload that copy."),
    ),
    "too_big": (
        _("The file has %(megabytes)s MB; at most %(limit)s MB are allowed."),
        _("Export it as 1080p, that is a tenth of the size of 4K."),
    ),
    "not_a_photo": (
        _("Photo %(photo)s is not a JPEG, PNG or WebP picture."),
        _("On an iPhone choose “Most compatible” under Camera, Formats, or send a screenshot of it."),
    ),
    "too_many_pixels": (
        _("Photo %(photo)s has %(megapixels)s megapixels; at most %(limit)s can be used."),
        _("Take it with the normal camera mode."),
    ),
    "animated": (_("Photo %(photo)s is an animation."), _("Choose a still picture.")),
    "photo_too_big": (
        _("Photo %(photo)s has %(megabytes)s MB; at most %(limit)s MB are allowed."),
        _("Choose a smaller size when sharing it."),
    ),
    "photo_damaged": (_("Photo %(photo)s cannot be read."), _("Choose it again or take another one.")),
    "too_few_photos": (_("A photo story needs at least %(limit)s photos."), _("Add more photos.")),
    "too_many_photos": (_("A photo story has at most %(limit)s photos."), _("Take some out first.")),
    # Ends of our own work that lie in the file.
    "cannot_decode": (
        _("The picture cannot be read to its end."),
        _("Export the video again as MP4 and upload that copy."),
    ),
    "memory_limit": (_("The video needs more memory than is reasonable."), _("Export it as 1080 × 1920.")),
    "cpu_limit": (_("Working on this video took too long."), _("Export it as 1080 × 1920, shorter if possible.")),
    "output_limit": (_("The finished video would be too large."), _("Cut it to what the task asks for.")),
    # The upload itself.
    "no_room": (
        _("The server has no room for this file at the moment."),
        _("Nothing is lost: try again later, or tell your administrator."),
    ),
    "too_many_uploads": (
        _("There are already %(limit)s unfinished uploads of your store."),
        _("Finish one of them; what is left lying is cleared after two days."),
    ),
    "closed": (_("This upload is already finished or not complete."), _("Load the page again to see where it stands.")),
    "too_much": (_("More arrived than was announced."), _("Choose the file again.")),
}
ADVICE: dict[str, Words] = {
    "landscape": _(
        "Filmed across (%(width)s × %(height)s): the space above and below is filled. Upright looks better."
    ),
    "no_sound": _("There is no sound."),
    "low_resolution": _("Only %(width)s × %(height)s pixels: it may look soft. Use the original from the camera."),
    "hdr": _("Filmed in HDR: colours were brought to the normal range."),
}
_UNKNOWN: tuple[Words, Words] = (
    _("This file could not be used."),
    _("Export it again as MP4, 1080 × 1920, and upload that copy."),
)


def refusal(code: str, facts: Mapping[str, Any] | None = None) -> tuple[str, str]:
    """What is wrong and what to do, for one finding."""
    wrong, remedy = REFUSALS.get(code, _UNKNOWN)
    return _filled(wrong, facts or {}), str(remedy)


def sentence(code: str, facts: Mapping[str, Any] | None = None) -> str:
    """Both in one line."""
    return gettext("%(wrong)s %(remedy)s") % dict(zip(("wrong", "remedy"), refusal(code, facts), strict=True))


def advice(code: str, facts: Mapping[str, Any] | None = None) -> str:
    """Something worth saying about a file that is taken all the same."""
    return _filled(ADVICE.get(code, ""), facts or {})


def _filled(words: Words, facts: Mapping[str, Any]) -> str:
    # A finding of an older version may lack a number: the sentence then says "?".
    return str(words) % _Known(facts)


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"
