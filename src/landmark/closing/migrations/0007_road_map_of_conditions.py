from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("closing", "0006_one_list_of_steps")]

    operations = [
        migrations.RemoveField(model_name="roadmapstep", name="costs_money"),
        migrations.RemoveField(model_name="roadmapstep", name="kind"),
        migrations.RemoveField(model_name="roadmapstep", name="money_reason"),
    ]
