"""Comments under an account's videos."""

from __future__ import annotations

from cloudstore.connectors.douyin.answers import CommentPage, comment_row, flag, rows
from cloudstore.connectors.douyin.calls import Calls, must
from cloudstore.connectors.douyin.parsing import text


class CommentCalls(Calls):
    def comment_list(
        self, *, access_token: str, open_id: str, item_id: str, cursor: str = "0", size: int = 10
    ) -> CommentPage:
        """A page of a video's comments."""
        answer = self._transport.call(
            "comment_list",
            "GET",
            "/item/comment/list/",
            access_token=access_token,
            query={"open_id": open_id, "item_id": item_id, "cursor": cursor, "count": str(size)},
        )
        listed = tuple(comment_row(row) for row in rows(answer, "list"))
        return CommentPage(listed, text(answer.get("cursor"), 64), flag(answer.get("has_more")))

    def reply_to_comment(
        self, *, access_token: str, open_id: str, item_id: str, content: str, comment_id: str = ""
    ) -> str:
        """Answer a comment, or the video itself without `comment_id`; returns the new comment's id."""
        body = {"item_id": item_id, "content": content} | ({"comment_id": comment_id} if comment_id else {})
        answer = self._transport.call(
            "reply_to_comment",
            "POST",
            "/item/comment/reply/",
            access_token=access_token,
            query={"open_id": open_id},
            json=body,
            changes=True,
        )
        return must(answer, "comment_id", "reply_to_comment", changes=True)
