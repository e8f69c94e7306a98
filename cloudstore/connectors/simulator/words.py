"""The few words on the platform's own pages, in English and Chinese."""

from __future__ import annotations

CHINESE = {
    "Platform simulator": "平台模拟器",
    "What the platform has seen. Everything here is invented.": "平台看到的一切。所有内容均为虚构。",
    "Accounts": "账号",
    "Posts": "作品",
    "Messages": "私信",
    "Live sessions": "直播",
    "Deliveries to the product": "推送给产品的消息",
    "Nothing yet.": "暂无内容。",
    "Account": "账号",
    "Connected": "已授权",
    "Not connected": "未授权",
    "Plays": "播放",
    "Likes": "点赞",
    "Comments": "评论",
    "No video: published in the platform's app": "无视频：在平台应用内发布",
    "Time (Beijing)": "时间（北京）",
    "Open ID": "Open ID",
    "Direction": "方向",
    "Show": "查看",
    "Event": "事件",
    "State": "状态",
    "Tries": "次数",
    "Content": "内容",
    "From the customer": "客户发来",
    "From the account": "账号发出",
    "Minutes": "分钟",
    "Viewers": "观看人数",
    "delivered": "已送达",
    "pending": "等待中",
    "failed": "失败",
    "dropped": "已丢弃",
    "held": "暂存",
    "unsubscribed": "未订阅",
    "Connect an account": "授权账号",
    "The app {app} asks for leave to act for an account. Choose one:": "应用 {app} 请求代表账号操作，请选择：",
    "It asks for: {scopes}": "申请权限：{scopes}",
    "A new account called": "新账号，名称",
    "Allow": "同意授权",
    "This link does not work: {reason}": "链接无效：{reason}",
}


def translated(words: str, chinese: bool) -> str:
    return CHINESE[words] if chinese else words


def wants_chinese(accept_language: str | None) -> bool:
    """Whether the first language of the browser is Chinese."""
    return (accept_language or "").strip().lower().startswith("zh")
