"""Widgets in the console."""

from wagtail import hooks

from cloudstore.capture.viewsets import CaptureViewSetGroup

hooks.register("register_admin_viewset", fn=CaptureViewSetGroup)
