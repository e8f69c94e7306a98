"""What this room does, one intention per function."""

from media.services.photos import add_photo, arrange_photos, remove_photo
from media.services.prepare import prepare
from media.services.publish import perform_publish, publish, publish_again
from media.services.seen import post_seen
from media.services.stats import pull_account, pull_stats
from media.services.uploads import UploadRefused, append, complete, forget_stale, offset_of, start_upload

__all__ = [
    "UploadRefused",
    "add_photo",
    "append",
    "arrange_photos",
    "complete",
    "forget_stale",
    "offset_of",
    "perform_publish",
    "post_seen",
    "prepare",
    "publish",
    "publish_again",
    "pull_account",
    "pull_stats",
    "remove_photo",
    "start_upload",
]
