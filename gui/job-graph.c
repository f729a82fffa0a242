/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The graph of what is left: owns its samples. */
#include "job-graph.h"

#include <glib/gi18n.h>

#include "words.h"

/* Two of the service's samples are this far apart; nearer ones tell nothing new. */
#define NEAREST (G_USEC_PER_SEC / 4)
/* A screen reader is not talked to more often. */
#define DESCRIBE_SECONDS 5
#define MARGIN 6

typedef struct {
    gint64 time;
    guint64 remaining;
} Sample;

struct _MigJobGraph {
    GtkDrawingArea parent_instance;

    GArray *samples; /* of Sample, oldest first */
    char *description;
    guint describe; /* source: time until it may be described again, or 0 */
    gboolean stale; /* the description */
};

G_DEFINE_FINAL_TYPE(MigJobGraph, mig_job_graph, GTK_TYPE_DRAWING_AREA)

#define SAMPLE(self, i) (&g_array_index((self)->samples, Sample, i))

/* description */

static char *make_description(MigJobGraph *self)
{
    const guint n = self->samples->len;
    if (n == 0)
        return g_strdup(_("Nothing was measured yet"));
    const guint64 now = SAMPLE(self, n - 1)->remaining;
    const guint64 before = SAMPLE(self, n > 10 ? n - 10 : 0)->remaining;
    g_autofree char *left = mig_words_size(now);
    if (n > 1 && now < before)
        /* Translators: of a graph; %s is an amount of memory */
        return g_strdup_printf(_("%s left, falling"), left);
    if (now > before)
        /* Translators: of a graph; %s is an amount of memory */
        return g_strdup_printf(_("%s left, rising"), left);
    return g_strdup_printf(_("%s left"), left);
}

static void describe(MigJobGraph *self);

static gboolean describe_cb(gpointer data)
{
    MigJobGraph *self = data;
    self->describe = 0;
    if (self->stale)
        describe(self);
    return G_SOURCE_REMOVE;
}

static void describe(MigJobGraph *self)
{
    self->stale = self->describe != 0;
    if (self->stale)
        return;
    g_autofree char *description = make_description(self);
    if (g_strcmp0(description, self->description) == 0)
        return;
    g_free(self->description);
    self->description = g_steal_pointer(&description);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                   self->description, -1);
    self->describe = g_timeout_add_seconds(DESCRIBE_SECONDS, describe_cb, self);
}

/* samples */

static void thin_out(MigJobGraph *self)
{
    guint kept = 0;
    for (guint i = 0; i < self->samples->len; i += 2)
        *SAMPLE(self, kept++) = *SAMPLE(self, i);
    g_array_set_size(self->samples, kept);
}

static void changed(MigJobGraph *self)
{
    if (self->samples->len > MIG_JOB_GRAPH_MAX)
        thin_out(self);
    describe(self);
    if (gtk_widget_get_mapped(GTK_WIDGET(self)))
        gtk_widget_queue_draw(GTK_WIDGET(self));
}

void mig_job_graph_add(MigJobGraph *self, gint64 time, guint64 remaining)
{
    g_return_if_fail(MIG_IS_JOB_GRAPH(self));
    const guint n = self->samples->len;
    if (n && time < SAMPLE(self, n - 1)->time + NEAREST)
        return;
    g_array_append_val(self->samples, ((Sample){ time, remaining }));
    changed(self);
}

void mig_job_graph_set_samples(MigJobGraph *self, GVariant *samples)
{
    g_return_if_fail(MIG_IS_JOB_GRAPH(self) &&
                     g_variant_is_of_type(samples, G_VARIANT_TYPE("a(tttt)")));
    g_autoptr(GArray) live = g_steal_pointer(&self->samples);
    self->samples = g_array_new(FALSE, FALSE, sizeof(Sample));
    guint64 time, remaining, sent, rate;
    GVariantIter iter;
    g_variant_iter_init(&iter, samples);
    while (g_variant_iter_next(&iter, "(tttt)", &time, &remaining, &sent, &rate))
        g_array_append_val(self->samples, ((Sample){ (gint64) time, remaining }));
    const gint64 last = self->samples->len ? SAMPLE(self, self->samples->len - 1)->time : 0;
    for (guint i = 0; i < live->len; i++)
        if (g_array_index(live, Sample, i).time > last)
            g_array_append_val(self->samples, g_array_index(live, Sample, i));
    changed(self);
}

void mig_job_graph_finish(MigJobGraph *self, gint64 time)
{
    g_return_if_fail(MIG_IS_JOB_GRAPH(self));
    const guint n = self->samples->len;
    if (n == 0 || SAMPLE(self, n - 1)->remaining == 0)
        return;
    time = MAX(time, SAMPLE(self, n - 1)->time);
    g_array_append_val(self->samples, ((Sample){ time, 0 }));
    changed(self);
}

guint mig_job_graph_get_count(MigJobGraph *self)
{
    return self->samples->len;
}

/* drawing */

typedef struct {
    double x, y, width, height; /* of the plot */
    gint64 first, span;         /* us */
    guint64 top;                /* bytes */
} Scale;

static guint64 find_top(MigJobGraph *self)
{
    guint64 top = 1;
    for (guint i = 0; i < self->samples->len; i++)
        top = MAX(top, SAMPLE(self, i)->remaining);
    return top;
}

static void place(const Scale *scale, const Sample *sample, double *x, double *y)
{
    *x = scale->x + scale->width * (double) (sample->time - scale->first) / (double) scale->span;
    *y = scale->y + scale->height * (1 - (double) sample->remaining / (double) scale->top);
}

static void draw_line(MigJobGraph *self, cairo_t *cr, const Scale *scale, const GdkRGBA *color)
{
    double x = scale->x, y = scale->y, from = scale->x;
    for (guint i = 0; i < self->samples->len; i++) {
        place(scale, SAMPLE(self, i), &x, &y);
        if (i == 0) {
            from = x;
            cairo_move_to(cr, x, y);
        } else {
            cairo_line_to(cr, x, y);
        }
    }
    gdk_cairo_set_source_rgba(cr, color);
    cairo_set_line_width(cr, 2);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke_preserve(cr);
    cairo_line_to(cr, x, scale->y + scale->height);
    cairo_line_to(cr, from, scale->y + scale->height);
    cairo_close_path(cr);
    cairo_set_source_rgba(cr, color->red, color->green, color->blue, color->alpha * 0.2);
    cairo_fill(cr);
}

static void draw_axes(cairo_t *cr, const Scale *scale, const GdkRGBA *color)
{
    cairo_set_source_rgba(cr, color->red, color->green, color->blue, 0.15);
    cairo_set_line_width(cr, 1);
    for (int i = 0; i <= 2; i++) {
        const double y = (int) (scale->y + scale->height * i / 2) + 0.5;
        cairo_move_to(cr, scale->x, y);
        cairo_line_to(cr, scale->x + scale->width, y);
    }
    cairo_stroke(cr);
}

/* `align` 0..1: which part of the text's width lies at x. */
static void draw_text(MigJobGraph *self, cairo_t *cr, const char *text, double x, double y,
                      double align, const GdkRGBA *color)
{
    g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout(GTK_WIDGET(self), text);
    int width;
    pango_layout_get_pixel_size(layout, &width, NULL);
    cairo_set_source_rgba(cr, color->red, color->green, color->blue, color->alpha * 0.7);
    cairo_move_to(cr, x - width * align, y);
    pango_cairo_show_layout(cr, layout);
}

static GdkRGBA find_accent(GtkStyleContext *style)
{
    GdkRGBA color;
    if (!gtk_style_context_lookup_color(style, "accent_color", &color))
        gtk_style_context_get_color(style, &color);
    return color;
}

static void draw_cb(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
    MigJobGraph *self = MIG_JOB_GRAPH(area);
    GtkStyleContext *style = gtk_widget_get_style_context(GTK_WIDGET(self));
    g_autoptr(PangoLayout) sample = gtk_widget_create_pango_layout(GTK_WIDGET(self), "0");
    const guint n = self->samples->len;
    GdkRGBA color, accent = find_accent(style);
    int line;
    gtk_style_context_get_color(style, &color);
    pango_layout_get_pixel_size(sample, NULL, &line);
    const gint64 first = n ? SAMPLE(self, 0)->time : 0;
    const gint64 span = n ? SAMPLE(self, n - 1)->time - first : 0;
    const Scale scale = { MARGIN,
                          MARGIN + line,
                          MAX(width - 2 * MARGIN, 1),
                          MAX(height - 2 * MARGIN - 2 * line - 2, 1),
                          first,
                          MAX(span, 1),
                          find_top(self) };
    draw_axes(cr, &scale, &color);
    if (n == 0) {
        draw_text(self, cr, _("Nothing was measured yet"), width / 2.0, scale.y + 2, 0.5, &color);
        return;
    }
    draw_line(self, cr, &scale, &accent);
    g_autofree char *left = mig_words_size(scale.top);
    /* Translators: how much is left, at the axis of a graph */
    g_autofree char *top = g_strdup_printf(_("%s left"), left);
    g_autofree char *began = mig_words_time(first);
    g_autofree char *ended = mig_words_time(first + span);
    draw_text(self, cr, top, MARGIN, MARGIN - 2, 0, &color);
    draw_text(self, cr, began, MARGIN, height - MARGIN - line, 0, &color);
    if (span >= G_USEC_PER_SEC)
        draw_text(self, cr, ended, width - MARGIN, height - MARGIN - line, 1, &color);
}

/* life */

static void mig_job_graph_dispose(GObject *object)
{
    g_clear_handle_id(&MIG_JOB_GRAPH(object)->describe, g_source_remove);
    G_OBJECT_CLASS(mig_job_graph_parent_class)->dispose(object);
}

static void mig_job_graph_finalize(GObject *object)
{
    MigJobGraph *self = MIG_JOB_GRAPH(object);
    g_array_unref(self->samples);
    g_free(self->description);
    G_OBJECT_CLASS(mig_job_graph_parent_class)->finalize(object);
}

static void mig_job_graph_class_init(MigJobGraphClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = mig_job_graph_dispose;
    G_OBJECT_CLASS(klass)->finalize = mig_job_graph_finalize;
    gtk_widget_class_set_accessible_role(GTK_WIDGET_CLASS(klass), GTK_ACCESSIBLE_ROLE_IMG);
}

static void mig_job_graph_init(MigJobGraph *self)
{
    self->samples = g_array_new(FALSE, FALSE, sizeof(Sample));
    gtk_drawing_area_set_content_height(GTK_DRAWING_AREA(self), 140);
    gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(self), draw_cb, NULL, NULL);
    gtk_widget_add_css_class(GTK_WIDGET(self), "caption");
    gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   _("What is left over time"), -1);
    describe(self);
}

GtkWidget *mig_job_graph_new(void)
{
    return g_object_new(MIG_TYPE_JOB_GRAPH, NULL);
}
