"""Load the administrative divisions (regions.csv beside the gazetteer) into their table."""

import csv
from pathlib import Path

from django.db import migrations

SOURCE = Path(__file__).resolve().parent.parent / "data" / "regions.csv"


def load(apps, schema_editor):
    Division = apps.get_model("network", "Division")
    with SOURCE.open(encoding="utf-8", newline="") as handle:
        rows = [
            Division(
                adcode=row["adcode"], name=row["name"], level=row["level"], parent_id=row["parent"] or None,
                lat=float(row["lat"]), lon=float(row["lon"]),
            )
            for row in csv.DictReader(handle)
        ]
    Division.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("network", "0002_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
