"""Makes the video and the photos that the demo people 'filmed': real files, real encoders, a few seconds long."""

import random
import subprocess
from io import BytesIO
from pathlib import Path

import imageio_ffmpeg
from PIL import Image, ImageDraw

from media.rendering.lettering import font

SECONDS = 9


def phone_clip(folder: Path, words: str, *, shade: str) -> Path:
    """An upright H.264 clip with sound, as a phone would make: a moving car shape on a street and a line of words."""
    picture = folder / "street.png"
    _street(words, shade).save(picture)
    clip = folder / "clip.mp4"
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-loop", "1", "-framerate", "30", "-i", str(picture),
        "-f", "lavfi", "-i", f"sine=frequency=330:sample_rate=44100:duration={SECONDS}",
        "-vf", "scale=760:1352,crop=720:1280:x='20+20*sin(t)':y='36+30*cos(t)',format=yuv420p",
        "-t", str(SECONDS), "-c:v", "libx264", "-preset", "ultrafast", "-crf", "27", "-c:a", "aac", "-b:a", "96k", str(clip),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return clip


def photos(words: list[str]) -> list[bytes]:
    """Upright JPEG photos, one for each word."""
    shades = ("#1B3A9E", "#06A799", "#E1733D", "#AD258D")
    found = []
    for number, word in enumerate(words):
        out = BytesIO()
        _street(word, shades[number % len(shades)]).save(out, "JPEG", quality=88)
        found.append(out.getvalue())
    return found


def _street(words: str, shade: str) -> Image.Image:
    """A street scene. Houses and light differ each time: the same picture twice would rightly count as a copy."""
    image = Image.new("RGB", (720, 1280), random.choice(("#DCE3F5", "#F3E3C3", "#CFE8E4", "#E9D5E6", "#2A313B")))
    draw = ImageDraw.Draw(image)
    left = 0
    while left < 720:
        width, height = random.randint(70, 260), random.randint(60, 520)
        draw.rectangle(
            (left, 860 - height, left + width, 860),
            fill=random.choice(("#8FA8F5", "#5F6A7C", "#F1C45D", "#3A4C84", "#E6E9EF")),
        )
        left += width
    draw.rectangle((0, 860, 720, 1280), fill="#48525F")
    for left in range(-40, 720, 160):
        draw.rectangle((left, 1060, left + 90, 1076), fill="#F4F6FC")
    draw.polygon([(170, 760), (250, 640), (470, 640), (560, 760)], fill=shade)
    draw.rounded_rectangle((90, 750, 640, 890), radius=44, fill=shade)
    for x in (210, 520):
        draw.ellipse((x - 62, 830, x + 62, 954), fill="#14181F")
        draw.ellipse((x - 28, 864, x + 28, 920), fill="#C6CDD8")
    draw.text((60, 180), words, font=font(64), fill="#14181F")
    return image
