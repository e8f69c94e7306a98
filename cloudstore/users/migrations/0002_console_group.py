from django.db import migrations


def make_group(apps, schema_editor):
    """The group whose only power is to open the console."""
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name="Console")
    permission = apps.get_model("auth", "Permission").objects.get(
        content_type__app_label="wagtailadmin", codename="access_admin"
    )
    group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
    ]

    operations = [migrations.RunPython(make_group, migrations.RunPython.noop)]
