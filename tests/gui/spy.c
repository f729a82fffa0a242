/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the accessibility tree cannot tell: linked into a copy of the app (spied-app), it answers on
 * the socket that MIGRATION_SPY names, one line for a line, in GVariant text (spy.py).
 *
 *   texts            a(ssbs): type and id of each label that is seen, whether it is cut, its text
 *   broken           as: words of labels that are seen, in whose middle a line ends
 *   mapped           as: what labels said when they came into sight, since it was asked first
 *   places           a(sii): text or icon of each label and picture that is seen, its left edge and
 *                    its width
 *   focus            s: title of the row in which the focus is, else the type of what has it
 *   unreached        as: what could have the focus and does not get it when it goes on from one to
 *                    the next all around, as with the Tab key; rows of long lists have other keys
 *   active           b: whether what is seen is what keys go to
 *   tooltips         as: of what is seen
 *   minimum          i: the least width the window can have
 *   picture FILE     draws the window, or the dialog over it, into a PNG
 *   width            i: of the window; with any word behind it, of the dialog over it
 *   size W H, scheme dark or light, direction ltr or rtl: change the window
 *   frame, cpu       x: monotonic time in us of the first frame that showed a list, 0: none yet;
 *                    and the processor time the app had used by then
 *   block            (xx): longest time in us without looking for events since it was asked last,
 *                    and of processor time, which others on the machine do not lengthen
 *   type WORD        searches; b
 *   migrate GUEST HOST [SOURCE]   the page New migration; without a source, of this computer
 *   go TITLE         gives the focus to the row with that title, of one word; b
 *   expand           opens all expanders that are seen
 *   scroll           goes through the list that is shown, a third of a page a frame; u: frames
 */
#include <adwaita.h>
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <time.h>

#include "window.h"

static gint64 first_frame, first_frame_cpu, awake, awake_cpu, longest_block, longest_block_cpu;

/* time */

static gint64 cpu_time(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static int poll_and_measure(GPollFD *fds, guint n, int timeout)
{
    if (awake) {
        longest_block = MAX(longest_block, g_get_monotonic_time() - awake);
        longest_block_cpu = MAX(longest_block_cpu, cpu_time() - awake_cpu);
    }
    const int result = g_poll(fds, n, timeout);
    awake = g_get_monotonic_time();
    awake_cpu = cpu_time();
    return result;
}

/* The list that can be scrolled; a combo row has one too, which cannot. */
static GtkWidget *find_list(GtkWidget *widget)
{
    if (!gtk_widget_get_mapped(widget))
        return NULL;
    if (GTK_IS_LIST_VIEW(widget) && gtk_widget_get_ancestor(widget, GTK_TYPE_SCROLLED_WINDOW))
        return widget;
    GtkWidget *found = NULL;
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child && !found;
         child = gtk_widget_get_next_sibling(child))
        found = find_list(child);
    return found;
}

/* The dialog, or the window if there is none. */
static GtkWidget *find_window(void)
{
    if (!gtk_is_initialized())
        return NULL;
    GListModel *windows = gtk_window_get_toplevels();
    GtkWidget *found = NULL;
    for (guint i = 0; i < g_list_model_get_n_items(windows); i++) {
        g_autoptr(GtkWidget) window = g_list_model_get_item(windows, i);
        if (gtk_widget_get_mapped(window) &&
            (!found || gtk_window_get_transient_for(GTK_WINDOW(window))))
            found = window;
    }
    return found;
}

/* The window a dialog is over. */
static GtkWidget *find_main(void)
{
    GtkWidget *window = find_window();
    GtkWindow *under = window ? gtk_window_get_transient_for(GTK_WINDOW(window)) : NULL;
    return under ? GTK_WIDGET(under) : window;
}

static gboolean has_rows(GtkWidget *window)
{
    GtkWidget *list = find_list(window);
    return list && gtk_widget_get_first_child(list);
}

static gboolean painted_cb(GSignalInvocationHint *hint, guint n, const GValue *values,
                           gpointer data)
{
    GtkWidget *window = find_window();
    if (!window || !has_rows(window))
        return TRUE;
    first_frame = g_get_monotonic_time();
    first_frame_cpu = (gint64) clock() * G_USEC_PER_SEC / CLOCKS_PER_SEC;
    return FALSE;
}

/* texts */

static gboolean is_cut(GtkLabel *label)
{
    PangoLayout *layout = gtk_label_get_layout(label);
    int width, height;
    pango_layout_get_pixel_size(layout, &width, &height);
    return pango_layout_is_ellipsized(layout) ||
           width > gtk_widget_get_width(GTK_WIDGET(label)) + 1 ||
           height > gtk_widget_get_height(GTK_WIDGET(label)) + 1;
}

static const char *id_of(GtkWidget *widget)
{
    return gtk_buildable_get_buildable_id(GTK_BUILDABLE(widget)) ?: "";
}

static void add_texts(GVariantBuilder *builder, GtkWidget *widget)
{
    if (!gtk_widget_get_mapped(widget))
        return;
    if (GTK_IS_LABEL(widget) && gtk_label_get_text(GTK_LABEL(widget))[0])
        g_variant_builder_add(builder, "(ssbs)", G_OBJECT_TYPE_NAME(gtk_widget_get_parent(widget)),
                              id_of(widget), is_cut(GTK_LABEL(widget)),
                              gtk_label_get_text(GTK_LABEL(widget)));
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child;
         child = gtk_widget_get_next_sibling(child))
        add_texts(builder, child);
}

static GVariant *do_texts(char **words)
{
    GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a(ssbs)"));
    add_texts(&builder, find_window());
    return g_variant_builder_end(&builder);
}

/* The word around a place in a text. */
static char *dup_word(const char *text, const char *place)
{
    const char *begin = place;
    while (begin > text && begin[-1] != ' ')
        begin--;
    return g_strndup(begin, strcspn(begin, " "));
}

static void add_broken_of(GVariantBuilder *builder, GtkLabel *label)
{
    PangoLayout *layout = gtk_label_get_layout(label);
    const char *text = pango_layout_get_text(layout);
    int n;
    const PangoLogAttr *places = pango_layout_get_log_attrs_readonly(layout, &n);
    for (int i = 1; i < pango_layout_get_line_count(layout); i++) {
        const char *place = text + pango_layout_get_line_readonly(layout, i)->start_index;
        g_autofree char *word = dup_word(text, place);
        if (!places[g_utf8_pointer_to_offset(text, place)].is_line_break)
            g_variant_builder_add(builder, "s", word);
    }
}

static void add_broken(GVariantBuilder *builder, GtkWidget *widget)
{
    if (!gtk_widget_get_mapped(widget))
        return;
    if (GTK_IS_LABEL(widget))
        add_broken_of(builder, GTK_LABEL(widget));
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child;
         child = gtk_widget_get_next_sibling(child))
        add_broken(builder, child);
}

static GVariant *do_broken(char **words)
{
    GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("as"));
    add_broken(&builder, find_window());
    return g_variant_builder_end(&builder);
}

static GStrvBuilder *mapped_texts;

static gboolean mapped_cb(GSignalInvocationHint *hint, guint n, const GValue *values, gpointer data)
{
    GObject *widget = g_value_get_object(&values[0]);
    if (GTK_IS_LABEL(widget))
        g_strv_builder_add(mapped_texts, gtk_label_get_text(GTK_LABEL(widget)));
    return TRUE;
}

static GVariant *do_mapped(char **words)
{
    if (!mapped_texts) {
        mapped_texts = g_strv_builder_new();
        g_signal_add_emission_hook(g_signal_lookup("map", GTK_TYPE_WIDGET), 0, mapped_cb, NULL,
                                   NULL);
    }
    g_auto(GStrv) texts = g_strv_builder_end(mapped_texts);
    g_strv_builder_addv(mapped_texts, (const char **) texts);
    return g_variant_new_strv((const char *const *) texts, -1);
}

static void add_places(GVariantBuilder *builder, GtkWidget *widget, GtkWidget *window)
{
    const gboolean label = GTK_IS_LABEL(widget);
    double x;
    if (!gtk_widget_get_mapped(widget))
        return;
    if ((label || GTK_IS_IMAGE(widget)) &&
        gtk_widget_translate_coordinates(widget, window, 0, 0, &x, NULL))
        g_variant_builder_add(
            builder, "(sii)",
            label ? gtk_label_get_text(GTK_LABEL(widget))
                  : gtk_image_get_icon_name(GTK_IMAGE(widget)) ?: "",
            (int) x, gtk_widget_get_width(widget));
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child;
         child = gtk_widget_get_next_sibling(child))
        add_places(builder, child, window);
}

static GVariant *do_places(char **words)
{
    GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a(sii)"));
    add_places(&builder, find_window(), find_window());
    return g_variant_builder_end(&builder);
}

static GVariant *do_focus(char **words)
{
    GtkWidget *focus = gtk_root_get_focus(GTK_ROOT(find_window()));
    GtkWidget *row = focus ? gtk_widget_get_ancestor(focus, ADW_TYPE_PREFERENCES_ROW) : NULL;
    if (row)
        return g_variant_new_string(adw_preferences_row_get_title(ADW_PREFERENCES_ROW(row)));
    return g_variant_new_string(focus ? G_OBJECT_TYPE_NAME(focus) : "");
}

/* All that has the focus in turn; it comes back to where it was, or stays where it cannot go on. */
static GHashTable *go_around(GtkWidget *window)
{
    GHashTable *reached = g_hash_table_new(NULL, NULL);
    GtkWidget *focus;
    do {
        gtk_widget_child_focus(window, GTK_DIR_TAB_FORWARD);
        focus = gtk_root_get_focus(GTK_ROOT(window));
    } while (focus && g_hash_table_add(reached, focus));
    return reached;
}

static void add_unreached(GVariantBuilder *builder, GtkWidget *widget, GHashTable *reached)
{
    if (!gtk_widget_get_mapped(widget) || !gtk_widget_is_sensitive(widget) ||
        !gtk_widget_get_can_focus(widget) || GTK_IS_LIST_VIEW(widget))
        return;
    if (GTK_IS_BUTTON(widget) && gtk_widget_get_focusable(widget) &&
        !g_hash_table_contains(reached, widget)) {
        g_autofree char *what =
            g_strdup_printf("%s %s", G_OBJECT_TYPE_NAME(widget),
                            gtk_button_get_label(GTK_BUTTON(widget))
                                ?: gtk_widget_get_tooltip_text(widget) ?: id_of(widget));
        g_variant_builder_add(builder, "s", what);
    }
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child;
         child = gtk_widget_get_next_sibling(child))
        add_unreached(builder, child, reached);
}

static GVariant *do_unreached(char **words)
{
    GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("as"));
    g_autoptr(GHashTable) reached = go_around(find_window());
    add_unreached(&builder, find_window(), reached);
    return g_variant_builder_end(&builder);
}

static GVariant *do_active(char **words)
{
    return g_variant_new_boolean(gtk_window_is_active(GTK_WINDOW(find_window())));
}

static void add_tooltips(GVariantBuilder *builder, GtkWidget *widget)
{
    if (!gtk_widget_get_mapped(widget))
        return;
    if (gtk_widget_get_tooltip_text(widget))
        g_variant_builder_add(builder, "s", gtk_widget_get_tooltip_text(widget));
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child;
         child = gtk_widget_get_next_sibling(child))
        add_tooltips(builder, child);
}

static GVariant *do_tooltips(char **words)
{
    GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("as"));
    add_tooltips(&builder, find_window());
    return g_variant_builder_end(&builder);
}

/* the window */

static GVariant *do_minimum(char **words)
{
    int minimum;
    gtk_widget_measure(find_main(), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
    return g_variant_new_int32(minimum);
}

static GVariant *do_picture(char **words)
{
    GtkWidget *window = find_window();
    g_autoptr(GdkPaintable) paintable = gtk_widget_paintable_new(window);
    g_autoptr(GtkSnapshot) snapshot = gtk_snapshot_new();
    gdk_paintable_snapshot(paintable, snapshot, gtk_widget_get_width(window),
                           gtk_widget_get_height(window));
    g_autoptr(GskRenderNode) node = gtk_snapshot_to_node(snapshot);
    if (!node)
        return g_variant_new_boolean(FALSE);
    g_autoptr(GdkTexture) texture =
        gsk_renderer_render_texture(gtk_native_get_renderer(GTK_NATIVE(window)), node, NULL);
    return g_variant_new_boolean(gdk_texture_save_to_png(texture, words[1]));
}

static GVariant *do_size(char **words)
{
    gtk_window_set_default_size(GTK_WINDOW(find_main()), atoi(words[1]), atoi(words[2]));
    return g_variant_new_boolean(TRUE);
}

static GVariant *do_width(char **words)
{
    return g_variant_new_int32(gtk_widget_get_width(words[1] ? find_window() : find_main()));
}

static GVariant *do_scheme(char **words)
{
    adw_style_manager_set_color_scheme(
        adw_style_manager_get_default(),
        g_str_equal(words[1], "dark") ? ADW_COLOR_SCHEME_FORCE_DARK : ADW_COLOR_SCHEME_FORCE_LIGHT);
    return g_variant_new_boolean(TRUE);
}

static GVariant *do_direction(char **words)
{
    gtk_widget_set_default_direction(g_str_equal(words[1], "rtl") ? GTK_TEXT_DIR_RTL
                                                                  : GTK_TEXT_DIR_LTR);
    return g_variant_new_boolean(TRUE);
}

/* speed */

static GVariant *do_frame(char **words)
{
    return g_variant_new_int64(first_frame);
}

static GVariant *do_cpu(char **words)
{
    return g_variant_new_int64(first_frame_cpu);
}

static GVariant *do_block(char **words)
{
    GVariant *longest = g_variant_new("(xx)", longest_block, longest_block_cpu);
    longest_block = longest_block_cpu = 0;
    return longest;
}

static guint scrolled_frames;

static gboolean scroll_cb(GtkWidget *list, GdkFrameClock *clock, gpointer data)
{
    GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment(GTK_SCROLLABLE(list));
    const double value = gtk_adjustment_get_value(adjustment);
    const double page = gtk_adjustment_get_page_size(adjustment);
    scrolled_frames++;
    gtk_adjustment_set_value(adjustment, value + page / 3);
    return value + page + 1 < gtk_adjustment_get_upper(adjustment) ? G_SOURCE_CONTINUE
                                                                   : G_SOURCE_REMOVE;
}

static GVariant *do_scroll(char **words)
{
    GtkWidget *list = find_list(find_window());
    if (list && !words[1]) {
        scrolled_frames = 0;
        gtk_widget_add_tick_callback(list, scroll_cb, NULL, NULL);
    }
    return g_variant_new_uint32(scrolled_frames);
}

static GtkWidget *find_entry(GtkWidget *widget)
{
    if (!gtk_widget_get_mapped(widget) || GTK_IS_SEARCH_ENTRY(widget))
        return gtk_widget_get_mapped(widget) ? widget : NULL;
    GtkWidget *found = NULL;
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child && !found;
         child = gtk_widget_get_next_sibling(child))
        found = find_entry(child);
    return found;
}

static GVariant *do_type(char **words)
{
    if (!find_entry(find_window()))
        gtk_widget_activate_action(find_window(), "win.search", NULL);
    GtkWidget *entry = find_entry(find_window());
    if (entry)
        gtk_editable_set_text(GTK_EDITABLE(entry), words[1] ?: "");
    return g_variant_new_boolean(entry != NULL);
}

/* pages */

static GVariant *do_migrate(char **words)
{
    mig_window_migrate(MIG_WINDOW(find_window()), words[3] ?: "local", words[1], NULL, words[2]);
    return g_variant_new_boolean(TRUE);
}

static GtkWidget *find_row(GtkWidget *widget, const char *title)
{
    if (!gtk_widget_get_mapped(widget))
        return NULL;
    if (ADW_IS_PREFERENCES_ROW(widget) &&
        g_str_equal(adw_preferences_row_get_title(ADW_PREFERENCES_ROW(widget)), title))
        return widget;
    GtkWidget *found = NULL;
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child && !found;
         child = gtk_widget_get_next_sibling(child))
        found = find_row(child, title);
    return found;
}

static GVariant *do_go(char **words)
{
    GtkWidget *row = find_row(find_window(), words[1]);
    return g_variant_new_boolean(row && gtk_widget_grab_focus(row));
}

static void expand(GtkWidget *widget)
{
    if (!gtk_widget_get_mapped(widget))
        return;
    if (ADW_IS_EXPANDER_ROW(widget))
        adw_expander_row_set_expanded(ADW_EXPANDER_ROW(widget), TRUE);
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child;
         child = gtk_widget_get_next_sibling(child))
        expand(child);
}

static GVariant *do_expand(char **words)
{
    expand(find_window());
    return g_variant_new_boolean(TRUE);
}

/* toasts: a test may look at one for longer than a person, so they stay */

extern AdwToast *__real_adw_toast_new(const char *title);
extern void __real_adw_toast_set_timeout(AdwToast *toast, guint seconds);
AdwToast *__wrap_adw_toast_new(const char *title);
void __wrap_adw_toast_set_timeout(AdwToast *toast, guint seconds);

void __wrap_adw_toast_set_timeout(AdwToast *toast, guint seconds)
{
    __real_adw_toast_set_timeout(toast, 0);
}

AdwToast *__wrap_adw_toast_new(const char *title)
{
    AdwToast *toast = __real_adw_toast_new(title);
    __real_adw_toast_set_timeout(toast, 0);
    return toast;
}

/* asking */

static const struct {
    const char *name;
    GVariant *(*answer)(char **words);
} questions[] = {
    { "texts", do_texts },     { "tooltips", do_tooltips },
    { "minimum", do_minimum }, { "picture", do_picture },
    { "size", do_size },       { "width", do_width },
    { "scheme", do_scheme },   { "frame", do_frame },
    { "block", do_block },     { "direction", do_direction },
    { "scroll", do_scroll },   { "cpu", do_cpu },
    { "go", do_go },           { "places", do_places },
    { "focus", do_focus },     { "type", do_type },
    { "migrate", do_migrate }, { "expand", do_expand },
    { "mapped", do_mapped },   { "broken", do_broken },
    { "active", do_active },   { "unreached", do_unreached },
};

static void answer(GOutputStream *output, const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    for (gsize i = 0; i < G_N_ELEMENTS(questions); i++) {
        if (!g_str_equal(words[0], questions[i].name))
            continue;
        g_autoptr(GVariant) reply = g_variant_ref_sink(
            find_window() ? questions[i].answer(words) : g_variant_new_boolean(FALSE));
        g_autofree char *text = g_variant_print(reply, TRUE);
        g_autofree char *all = g_strconcat(text, "\n", NULL);
        g_output_stream_write_all(output, all, strlen(all), NULL, NULL, NULL);
        return;
    }
    g_error("the spy has no \"%s\"", words[0]);
}

static void line_cb(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GSocketConnection) connection = data;
    GDataInputStream *input = G_DATA_INPUT_STREAM(source);
    g_autofree char *line = g_data_input_stream_read_line_finish(input, result, NULL, NULL);
    if (!line)
        return;
    answer(g_io_stream_get_output_stream(G_IO_STREAM(connection)), line);
    g_data_input_stream_read_line_async(input, G_PRIORITY_DEFAULT, NULL, line_cb,
                                        g_steal_pointer(&connection));
}

static gboolean incoming_cb(GSocketService *service, GSocketConnection *connection)
{
    g_autoptr(GDataInputStream) input =
        g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(connection)));
    g_data_input_stream_read_line_async(input, G_PRIORITY_DEFAULT, NULL, line_cb,
                                        g_object_ref(connection));
    return FALSE;
}

__attribute__((constructor)) static void listen_for_questions(void)
{
    const char *path = g_getenv("MIGRATION_SPY");
    if (!path)
        return;
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    GSocketService *service = g_socket_service_new(); /* as long as the process */
    if (!g_socket_listener_add_address(G_SOCKET_LISTENER(service), address, G_SOCKET_TYPE_STREAM,
                                       G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, &error))
        g_error("%s", error->message);
    g_signal_connect(service, "incoming", G_CALLBACK(incoming_cb), NULL);
    g_main_context_set_poll_func(NULL, poll_and_measure);
    g_type_class_unref(g_type_class_ref(GDK_TYPE_FRAME_CLOCK));
    g_signal_add_emission_hook(g_signal_lookup("after-paint", GDK_TYPE_FRAME_CLOCK), 0, painted_cb,
                               NULL, NULL);
}
