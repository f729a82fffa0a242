/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* guest-migration: the app. It shows guests and jobs of migrationd and never calls libvirt. */
#include <glib/gi18n.h>
#include <locale.h>

#include "application.h"
#include "config.h"

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    bindtextdomain(GETTEXT_PACKAGE, g_getenv("TEXTDOMAINDIR") ?: LOCALE_DIR);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    textdomain(GETTEXT_PACKAGE);
    g_autoptr(MigApplication) application = mig_application_new();
    return g_application_run(G_APPLICATION(application), argc, argv);
}
