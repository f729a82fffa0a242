/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The layout of a text and its buttons. */
#include "beside.h"

#define ENOUGH 36  /* characters of an average width: a line that reads well */
#define SPACING 12 /* beneath, half of it */

struct _MigBeside {
    GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE(MigBeside, mig_beside, GTK_TYPE_WIDGET)

typedef struct {
    GtkWidget *text, *buttons;
    int spacing, enough;            /* pixels */
    int text_minimum, text_natural; /* widths */
    int buttons_minimum, buttons_natural;
} Parts;

static int average_width(GtkWidget *widget)
{
    PangoContext *context = gtk_widget_get_pango_context(widget);
    PangoFontMetrics *metrics = pango_context_get_metrics(context, NULL, NULL);
    const int width = pango_font_metrics_get_approximate_char_width(metrics);
    pango_font_metrics_unref(metrics);
    return width;
}

static Parts measure_parts(GtkWidget *widget)
{
    GtkWidget *buttons = gtk_widget_get_last_child(widget);
    Parts parts = { .text = gtk_widget_get_first_child(widget),
                    .buttons = buttons,
                    .spacing = gtk_widget_should_layout(buttons) ? SPACING : 0,
                    .enough = PANGO_PIXELS(ENOUGH * average_width(widget)) };
    gtk_widget_measure(parts.text, GTK_ORIENTATION_HORIZONTAL, -1, &parts.text_minimum,
                       &parts.text_natural, NULL, NULL);
    gtk_widget_measure(parts.buttons, GTK_ORIENTATION_HORIZONTAL, -1, &parts.buttons_minimum,
                       &parts.buttons_natural, NULL, NULL);
    return parts;
}

static gboolean is_beside(const Parts *parts, int width)
{
    const int wanted = MAX(MIN(parts->enough, parts->text_natural), parts->text_minimum);
    return width >= wanted + parts->spacing + parts->buttons_natural;
}

static int height_of(GtkWidget *widget, int width)
{
    int height;
    gtk_widget_measure(widget, GTK_ORIENTATION_VERTICAL, width, &height, NULL, NULL, NULL);
    return height;
}

static int measure_height(const Parts *parts, int width)
{
    if (!is_beside(parts, width))
        return height_of(parts->text, width) + parts->spacing / 2 +
               height_of(parts->buttons, width);
    const int left = width - parts->spacing - parts->buttons_natural;
    return MAX(height_of(parts->text, left), height_of(parts->buttons, parts->buttons_natural));
}

static void mig_beside_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
                               int *minimum, int *natural, int *minimum_baseline,
                               int *natural_baseline)
{
    const Parts parts = measure_parts(widget);
    const int narrowest = MAX(parts.text_minimum, parts.buttons_minimum);
    if (orientation == GTK_ORIENTATION_HORIZONTAL) {
        *minimum = narrowest;
        *natural = parts.text_natural + parts.spacing + parts.buttons_natural;
    } else {
        *minimum = *natural = measure_height(&parts, MAX(for_size, narrowest));
    }
}

static void allocate(GtkWidget *widget, GtkWidget *child, int x, int y, int width, int height)
{
    if (gtk_widget_get_direction(widget) == GTK_TEXT_DIR_RTL)
        x = gtk_widget_get_width(widget) - x - width;
    gtk_widget_size_allocate(child, &(GtkAllocation){ x, y, width, height }, -1);
}

static void mig_beside_size_allocate(GtkWidget *widget, int width, int height, int baseline)
{
    const Parts parts = measure_parts(widget);
    if (is_beside(&parts, width)) {
        const int left = width - parts.spacing - parts.buttons_natural;
        allocate(widget, parts.text, 0, 0, left, height);
        allocate(widget, parts.buttons, left + parts.spacing, 0, parts.buttons_natural, height);
    } else {
        const int below = height_of(parts.buttons, width);
        allocate(widget, parts.text, 0, 0, width, height - below - parts.spacing / 2);
        allocate(widget, parts.buttons, 0, height - below, width, below);
    }
}

static GtkSizeRequestMode mig_beside_get_request_mode(GtkWidget *widget)
{
    return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void mig_beside_dispose(GObject *object)
{
    GtkWidget *child;
    while ((child = gtk_widget_get_first_child(GTK_WIDGET(object))))
        gtk_widget_unparent(child);
    G_OBJECT_CLASS(mig_beside_parent_class)->dispose(object);
}

static void mig_beside_class_init(MigBesideClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = mig_beside_dispose;
    widget_class->measure = mig_beside_measure;
    widget_class->size_allocate = mig_beside_size_allocate;
    widget_class->get_request_mode = mig_beside_get_request_mode;
}

static void mig_beside_init(MigBeside *self)
{
}

GtkWidget *mig_beside_new(GtkWidget *text, GtkWidget *buttons)
{
    GtkWidget *self = g_object_new(MIG_TYPE_BESIDE, NULL);
    gtk_widget_set_parent(text, self);
    gtk_widget_set_parent(buttons, self);
    return self;
}
