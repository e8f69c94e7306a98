"""Direct messages and comments as they were heard."""

from django.db import models

from cloudstore.kit.ids import uuid7
from cloudstore.kit.scoping import ScopePath
from cloudstore.network.models import Account, Brand, Dealer


class Conversation(models.Model):
    """All private messages between one account and one platform user."""

    scope_path = ScopePath(brand="brand", dealer="dealer")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    dealer = models.ForeignKey(Dealer, on_delete=models.CASCADE, related_name="conversations")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="conversations")
    platform_id = models.CharField(max_length=100)
    peer_open_id = models.CharField(max_length=100)
    peer_name = models.CharField(max_length=80, blank=True)
    customer_id = models.UUIDField(null=True, db_index=True)
    last_message_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True)  # first unanswered message of the peer

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "peer_open_id"], name="inbox_conversation_once")]
        indexes = [models.Index(fields=["dealer", "-last_message_at"], name="inbox_by_dealer")]

    def __str__(self) -> str:
        return f"conversation {self.pk}"


class Message(models.Model):
    """One message, in or out. The text is sealed: people write phone numbers into chats."""

    scope_path = ScopePath(brand="conversation__brand", dealer="conversation__dealer")

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    platform_id = models.CharField(max_length=100)
    key = models.CharField(max_length=100, blank=True)  # names one press of our send button; empty for what was heard
    inbound = models.BooleanField()
    by_bot = models.BooleanField(default=False)
    kind = models.CharField(max_length=30, default="text")
    text = models.BinaryField(default=b"")  # AES-GCM, aad "message.text|<conversation id>"
    # What the daily facts need of the words, so that nobody has to open them again.
    characters = models.PositiveSmallIntegerField(default=0)  # without blanks
    contact = models.BooleanField(default=False)  # left a way to reach the person
    canned = models.BooleanField(default=False)  # the same as nearly all of the account's last answers
    words_key = models.BinaryField(default=b"")  # keyed hash of the words, to tell canned answers
    sent_at = models.DateTimeField()
    sender_id = models.IntegerField(null=True)  # our user who wrote it here
    state = models.CharField(max_length=8, default="sent")  # sending, sent, failed
    failure = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "platform_id"], name="inbox_message_once")]
        indexes = [models.Index(fields=["conversation", "sent_at"], name="inbox_message_order")]

    def __str__(self) -> str:
        return f"message {self.pk}"


class Comment(models.Model):
    """One comment below a video of an account."""

    scope_path = ScopePath(brand="brand", dealer="dealer")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    dealer = models.ForeignKey(Dealer, on_delete=models.CASCADE, related_name="comments")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="comments")
    platform_id = models.CharField(max_length=100)
    item_id = models.CharField(max_length=64, db_index=True)
    user_open_id = models.CharField(max_length=100)
    text = models.TextField(blank=True)
    written_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "platform_id"], name="inbox_comment_once")]
        indexes = [models.Index(fields=["dealer", "-written_at"], name="inbox_comment_recent")]

    def __str__(self) -> str:
        return f"comment {self.pk}"
