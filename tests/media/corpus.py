"""Small clips and hostile files, made on the spot: what phones record, and what people send who mean harm.

Builders take the path to write and return it. Nothing here is larger than a few megabytes or longer than two
seconds of picture, and nothing of it lies in the repository.
"""

from __future__ import annotations

import io
import random
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
from PIL import Image

Builder = Callable[[Path], Path]

# Upright, the picture is red above and blue below: whoever forgets the rotation flag shows it.
RED_OVER_BLUE = "color=red:size={w}x{h}:rate={r}:duration={d},drawbox=y=ih/2:h=ih/2:color=blue:t=fill"
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "15")
X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1", "-x265-params", "log-level=none")
SOUND = ("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100:duration=1.5")


def ffmpeg(*arguments: str) -> None:
    """Our own tool for making test files, without any of the product's limits."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-y", "-loglevel", "error", "-threads", "1", *arguments]
    subprocess.run(command, check=True, timeout=60)


def picture(width: int = 360, height: int = 640, rate: int = 30, seconds: float = 1.5) -> list[str]:
    return ["-f", "lavfi", "-i", RED_OVER_BLUE.format(w=width, h=height, r=rate, d=seconds)]


def moving(width: int = 360, height: int = 640, rate: int = 30, seconds: float = 1.5, source: str = "testsrc2") -> list:
    return ["-f", "lavfi", "-i", f"{source}=size={width}x{height}:rate={rate}:duration={seconds}"]


def plain_clip(path: Path) -> Path:
    ffmpeg(*moving(), *SOUND, *X264, "-c:a", "aac", str(path))
    return path


def turned_clip(path: Path, degrees: int) -> Path:
    """A phone held upright or upside down: the sensor's picture lies, the flag says how to turn it."""
    stored = {90: "transpose=1", 180: "hflip,vflip", 270: "transpose=2"}[degrees]
    flat = path.with_name(f"flat-{path.name}")
    ffmpeg(*picture(), "-vf", stored, *X264, str(flat))
    ffmpeg("-display_rotation", str(degrees), "-i", str(flat), "-c", "copy", str(path))
    flat.unlink()
    return path


def uneven_clip(path: Path) -> Path:
    """Variable frame rate: in poor light a phone drops frames as it likes."""
    choice = "select='not(eq(mod(n,7),2)+eq(mod(n,11),5))'"
    ffmpeg(*moving(), *SOUND, "-vf", choice, "-fps_mode", "vfr", *X264, "-c:a", "aac", str(path))
    return path


def _made(*arguments: str, name: str = "clip.mp4") -> tuple[str, Builder]:
    def build(path: Path) -> Path:
        ffmpeg(*arguments, str(path))
        return path

    return name, build


def _hlg(path: Path) -> Path:
    colours = "log-level=none:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc"
    ffmpeg(*moving(), *X265[:-1], colours, "-pix_fmt", "yuv420p10le", str(path))
    return path


def _with_place(path: Path) -> Path:
    tags = ("-metadata", "location=+31.2304+121.4737/", "-metadata", "com.apple.quicktime.make=Telephone Works")
    ffmpeg(*moving(), *SOUND, *X264, "-c:a", "aac", *tags, "-movflags", "use_metadata_tags", str(path))
    return path


def _with_trailer(path: Path) -> Path:
    """Some phones append bytes of their own after the last box."""
    plain_clip(path)
    path.write_bytes(path.read_bytes() + b"SEFT\x00\x01trailer of a maker" * 8)
    return path


GOOD: dict[str, tuple[str, Builder]] = {
    "h264 portrait mp4 with sound": ("clip.mp4", plain_clip),
    "h264 landscape mov": _made(*moving(640, 360), *SOUND, *X264, "-c:a", "aac", name="clip.mov"),
    "h264 without sound": _made(*moving(), *X264),
    "h264 square": _made(*moving(480, 480), *X264),
    "h264 four to three": _made(*moving(640, 480), *SOUND, *X264, "-c:a", "aac"),
    "h264 sixty frames": _made(*moving(rate=60), *X264),
    "h264 24 frames": _made(*moving(rate=24), *X264),
    "h264 full range": _made(*moving(), "-vf", "scale=out_range=pc", *X264, "-pix_fmt", "yuvj420p"),
    "h264 wide pixels": _made(*moving(320, 576), "-vf", "setsar=16/11", *X264),
    "h264 index first": _made(*moving(), *SOUND, *X264, "-c:a", "aac", "-movflags", "+faststart"),
    "h264 fragmented": _made(*moving(), *SOUND, *X264, "-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"),
    "h264 with timecode track": _made(*moving(), *X264, "-timecode", "00:00:00:00", name="clip.mov"),
    "h264 uncompressed sound": _made(*moving(), *SOUND, *X264, "-c:a", "pcm_s16le", name="clip.mov"),
    "h264 two sounds": _made(*moving(), *SOUND, *SOUND, *["-map", "0", "-map", "1", "-map", "2"], *X264, "-c:a", "aac"),
    "h264 sound starts late": _made(*moving(), "-itsoffset", "0.4", *SOUND, *X264, "-c:a", "aac"),
    "h264 variable rate": ("clip.mp4", uneven_clip),
    "h264 turned 90": ("clip.mov", lambda path: turned_clip(path, 90)),
    "h264 turned 180": ("clip.mp4", lambda path: turned_clip(path, 180)),
    "h264 turned 270": ("clip.mp4", lambda path: turned_clip(path, 270)),
    "h264 named as another type": ("holiday.avi.jpg", lambda path: _renamed(path)),
    "h264 with place of filming": ("clip.mov", _with_place),
    "h264 with a maker's trailer": ("clip.mp4", _with_trailer),
    "hevc portrait mp4": _made(*moving(), *SOUND, *X265, "-c:a", "aac"),
    "hevc landscape mov": _made(*moving(640, 360), *X265, name="clip.mov"),
    "hevc ten bit hdr": ("clip.mov", _hlg),
    "vp9 webm": _made(*moving(seconds=1.2), "-c:v", "libvpx-vp9", "-cpu-used", "8", name="clip.webm"),
}


def _renamed(path: Path) -> Path:
    return plain_clip(path.with_name("true.mp4")).rename(path)


# --- hostile -----------------------------------------------------------------------------------------------------


def _bytes(content: bytes) -> Builder:
    def build(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return build


def _changed(change: Callable[[bytes], bytes], make: Builder = plain_clip) -> Builder:
    def build(path: Path) -> Path:
        make(path)
        path.write_bytes(change(path.read_bytes()))
        return path

    return build


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


FTYP = box(b"ftyp", b"isom\x00\x00\x02\x00isomiso2avc1mp41")


def with_declared_size(content: bytes, width: int, height: int) -> bytes:
    """Rewrites what the sample description says about the picture's size; the coded frames stay as they are."""
    place = content.index(b"avc1", content.index(b"stsd")) + 4 + 24
    return content[:place] + struct.pack(">HH", width, height) + content[place + 4 :]


def _garbled(content: bytes) -> bytes:
    """The index is whole, the pictures are noise."""
    start = content.index(b"mdat") + 4
    end = content.index(b"moov") - 4
    noise = random.Random(7).randbytes(end - start)
    return content[:start] + noise + content[end:]


def _index_first(path: Path) -> Path:
    ffmpeg(*moving(), *X264, "-movflags", "+faststart", str(path))
    return path


def _zeros_at_the_end(content: bytes) -> bytes:
    """A download that was reserved on disk but never arrived."""
    return content[: len(content) // 3] + b"\x00" * (len(content) - len(content) // 3)


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("payload.php", "<?php echo 1; ?>")
    return buffer.getvalue()


def _stretched(path: Path) -> Path:
    """Ten hours out of two seconds: one frame now and then."""
    plain_clip(path.with_name("short.mp4"))
    ffmpeg("-itsscale", "24000", "-i", str(path.with_name("short.mp4")), "-an", "-c", "copy", str(path))
    return path


def _sixty_tracks(path: Path) -> Path:
    plain_clip(path.with_name("one.mp4"))
    ffmpeg("-i", str(path.with_name("one.mp4")), *["-map", "0:v"] * 60, "-c", "copy", str(path))
    return path


def _twelve_tracks(path: Path) -> Path:
    plain_clip(path.with_name("one.mp4"))
    ffmpeg("-i", str(path.with_name("one.mp4")), *["-map", "0:a"] * 11, "-map", "0:v", "-c", "copy", str(path))
    return path


def _song_with_art(path: Path) -> Path:
    art = path.with_name("art.png")
    Image.new("RGB", (300, 300), "green").save(art)
    tracks = ("-map", "0", "-map", "1", "-c:a", "aac", "-c:v", "png", "-disposition:v", "attached_pic")
    ffmpeg(*SOUND, "-i", str(art), *tracks, "-f", "ipod", str(path))
    return path


def _picture_file(kind: str) -> Builder:
    def build(path: Path) -> Path:
        Image.new("RGB", (64, 64), "navy").save(path, format=kind)
        return path

    return build


def _wide_frames(path: Path) -> Path:
    """Really coded 20,000 pixels wide, in a container whose head we do not read ourselves."""
    wide = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-f", "webm")
    ffmpeg(*moving(20_000, 64, rate=2, seconds=1.5), *wide, str(path))
    return path


def _cut(share: float) -> Callable[[bytes], bytes]:
    return lambda content: content[: int(len(content) * share)]


_HLS = b"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nneighbour.mp4\n#EXT-X-ENDLIST\n"
_DASH = b'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period/></MPD>'
_SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
_SDP = b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nm=video 5004 RTP/AVP 96\r\n"

# name -> (refusal, file name, builder)
HOSTILE: dict[str, tuple[str, str, Builder]] = {
    "nothing": ("empty_file", "a.mp4", _bytes(b"")),
    "one byte": ("not_a_video", "a.mp4", _bytes(b"\x00")),
    "text named mp4": ("not_a_video", "a.mp4", _bytes("我是一个视频\n".encode() * 40)),
    "html named mp4": ("not_a_video", "a.mp4", _bytes(b"<!DOCTYPE html><script>alert(1)</script>")),
    "svg": ("not_a_video", "a.svg", _bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>")),
    "svg in xml": ("not_a_video", "a.mp4", _bytes(_SVG)),
    "zip named mp4": ("not_a_video", "a.mp4", _bytes(_zip())),
    "gzip named mp4": ("not_a_video", "a.mp4", _bytes(b"\x1f\x8b\x08\x00" + b"\x00" * 60)),
    "program named mp4": ("not_a_video", "a.mp4", _bytes(b"\x7fELF\x02\x01\x01" + b"\x00" * 60)),
    "pdf named mp4": ("not_a_video", "a.mp4", _bytes(b"%PDF-1.7\n%...\n")),
    "png named mp4": ("not_a_video", "a.mp4", _picture_file("PNG")),
    "jpeg named mov": ("not_a_video", "a.mov", _picture_file("JPEG")),
    "gif named mp4": ("not_a_video", "a.mp4", _picture_file("GIF")),
    "iphone photo named mp4": ("not_a_video", "a.mp4", _bytes(box(b"ftyp", b"heic\x00\x00\x00\x00mif1heic"))),
    "avi": ("not_a_video", "a.avi", _made(*moving(), "-c:v", "mpeg4", "-f", "avi")[1]),
    "transport stream": ("not_a_video", "a.mp4", _made(*moving(), *X264, "-f", "mpegts")[1]),
    "flv": ("not_a_video", "a.mp4", _made(*moving(), *X264, "-f", "flv")[1]),
    "ffconcat named mp4": ("playlist", "a.mp4", _bytes(b"ffconcat version 1.0\nfile neighbour.mp4\n")),
    "concat list named mp4": ("playlist", "a.mp4", _bytes(b"file 'neighbour.mp4'\n")),
    "hls named mp4": ("playlist", "a.mp4", _bytes(_HLS)),
    "hls after a byte order mark": ("playlist", "a.mp4", _bytes(b"\xef\xbb\xbf\n" + _HLS)),
    "dash named mp4": ("playlist", "a.mp4", _bytes(_DASH)),
    "sdp named mp4": ("playlist", "a.mp4", _bytes(_SDP)),
    "video with a zip behind": ("polyglot", "a.mp4", _changed(lambda content: content + _zip())),
    "video with a zip in a box": ("polyglot", "a.mp4", _changed(lambda content: content + box(b"free", _zip()))),
    "video with a page inside": (
        "polyglot",
        "a.mp4",
        _changed(lambda content: FTYP + box(b"free", b"<html><script>alert(1)</script>") + content),
    ),
    "only a file type": ("truncated", "a.mp4", _bytes(FTYP)),
    "recording broke off": ("truncated", "a.mp4", _changed(_cut(0.6))),
    "upload broke off": ("truncated", "a.mp4", _changed(_cut(0.6), _index_first)),
    "last byte missing": ("truncated", "a.mp4", _changed(lambda content: content[:-1])),
    "reserved but not filled": ("truncated", "a.mp4", _changed(_zeros_at_the_end, _index_first)),
    "webm broke off": (
        "truncated",
        "a.webm",
        _changed(_cut(0.5), _made(*moving(), "-c:v", "libvpx-vp9", "-cpu-used", "8", "-f", "webm")[1]),
    ),
    "noise for pictures": ("damaged", "a.mp4", _changed(_garbled)),
    "empty index": ("damaged", "a.mp4", _bytes(FTYP + box(b"moov", b"") + box(b"mdat", b"x" * 64))),
    "sound alone": ("no_picture", "a.mp4", _made(*SOUND, "-c:a", "aac")[1]),
    "song with cover art": ("no_picture", "a.m4a", _song_with_art),
    "locked by its maker": ("protected", "a.mp4", _changed(lambda content: content.replace(b"avc1", b"encv"))),
    "head says 20,000 wide": ("too_wide", "a.mp4", _changed(lambda content: with_declared_size(content, 20_000, 640))),
    "head says 8K": ("too_wide", "a.mp4", _changed(lambda content: with_declared_size(content, 7680, 4320))),
    "frames 20,000 wide": ("too_wide", "a.webm", _wide_frames),
    "postage stamp": ("too_small", "a.mp4", _made(*moving(64, 64), *X264)[1]),
    "a third of a second": ("too_short", "a.mp4", _made(*moving(seconds=0.34), *X264)[1]),
    "ten hours": ("too_long", "a.mp4", _stretched),
    "a thousand frames a second": ("too_many_fps", "a.mp4", _made(*moving(256, 256, 1000, 1), *X264)[1]),
    "sixty tracks": ("too_many_streams", "a.mp4", _sixty_tracks),
    "twelve tracks": ("too_many_streams", "a.mp4", _twelve_tracks),
    "mpeg-4 of old": ("unsupported_codec", "a.mp4", _made(*moving(), "-c:v", "mpeg4")[1]),
    "motion jpeg": ("unsupported_codec", "a.mov", _made(*moving(), "-c:v", "mjpeg", "-pix_fmt", "yuvj420p")[1]),
}


# --- photos ------------------------------------------------------------------------------------------------------


def photo(
    path: Path, width: int = 1600, height: int = 1200, *, kind: str = "JPEG", colour: str = "teal", turn: int = 1
) -> Path:
    """A photo, red above and the given colour below as the sensor saw it, with a place and an orientation in its EXIF."""
    image = Image.new("RGB", (width, height), colour)
    image.paste("red", (0, 0, width, height // 2))
    exif = Image.Exif()
    exif[0x0112] = turn
    exif[0x010F] = "Telephone Works"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 49.0), 3: "E", 4: (121.0, 28.0, 25.0)})
    image.save(path, format=kind, exif=exif)
    return path


def png_header(width: int, height: int) -> bytes:
    """A PNG that says it is huge and holds next to nothing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\x00" * 4096)) + chunk(b"IEND", b"")


def webp_header(width: int, height: int) -> bytes:
    sizes = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x00" * 4 + sizes
    return b"RIFF" + struct.pack("<I", len(body)) + body


def moving_webp(path: Path) -> Path:
    frames = [Image.new("RGB", (400, 400), (shade, 0, 0)) for shade in (0, 90, 180)]
    frames[0].save(path, format="WEBP", save_all=True, append_images=frames[1:])
    return path
