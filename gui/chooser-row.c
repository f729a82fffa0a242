/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A combo row by ids: owns the list, and the id that is chosen. */
#include "chooser-row.h"

#include "combo.h"
#include "technical.h"

struct _MigChooserRow {
    AdwComboRow parent_instance;

    GListStore *items;
    char *chosen;
    char *nothing;
    gboolean filling;     /* what is selected meanwhile is not the user's choice */
    GtkWidget *technical; /* NULL: there was no message yet */
};

G_DEFINE_FINAL_TYPE(MigChooserRow, mig_chooser_row, ADW_TYPE_COMBO_ROW)

enum { PROP_CHOSEN = 1 };

static GParamSpec *chosen_pspec;

/* A thing: all are NULL or a text. The first is the id. */
#define MIG_TYPE_CHOOSER_ITEM (mig_chooser_item_get_type())
G_DECLARE_FINAL_TYPE(MigChooserItem, mig_chooser_item, MIG, CHOOSER_ITEM, GObject)

struct _MigChooserItem {
    GObject parent_instance;
    char *id, *title, *detail;
};

G_DEFINE_FINAL_TYPE(MigChooserItem, mig_chooser_item, G_TYPE_OBJECT)

static void mig_chooser_item_finalize(GObject *object)
{
    MigChooserItem *self = MIG_CHOOSER_ITEM(object);
    g_free(self->id);
    g_free(self->title);
    g_free(self->detail);
    G_OBJECT_CLASS(mig_chooser_item_parent_class)->finalize(object);
}

static void mig_chooser_item_class_init(MigChooserItemClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = mig_chooser_item_finalize;
}

static void mig_chooser_item_init(MigChooserItem *self)
{
}

static MigChooserItem *item_new(const char *id, const char *title, const char *detail)
{
    MigChooserItem *item = g_object_new(MIG_TYPE_CHOOSER_ITEM, NULL);
    item->id = g_strdup(id);
    item->title = g_strdup(title);
    item->detail = g_strdup(detail);
    return item;
}

GListStore *mig_chooser_row_make_list(void)
{
    return g_list_store_new(MIG_TYPE_CHOOSER_ITEM);
}

void mig_chooser_row_add(GListStore *list, const char *id, const char *title, const char *detail)
{
    g_autoptr(MigChooserItem) item = item_new(id, title, detail);
    g_list_store_append(list, item);
}

/* the list */

static gboolean same_item(MigChooserItem *a, MigChooserItem *b)
{
    return g_strcmp0(a->id, b->id) == 0 && g_strcmp0(a->title, b->title) == 0 &&
           g_strcmp0(a->detail, b->detail) == 0;
}

static gboolean same_list(GListModel *a, GListModel *b)
{
    const guint n = g_list_model_get_n_items(a);
    if (n != g_list_model_get_n_items(b))
        return FALSE;
    for (guint i = 0; i < n; i++) {
        g_autoptr(MigChooserItem) one = g_list_model_get_item(a, i);
        g_autoptr(MigChooserItem) other = g_list_model_get_item(b, i);
        if (!same_item(one, other))
            return FALSE;
    }
    return TRUE;
}

static guint find(GListModel *list, const char *id)
{
    for (guint i = 0; i < g_list_model_get_n_items(list); i++) {
        g_autoptr(MigChooserItem) item = g_list_model_get_item(list, i);
        if (g_strcmp0(item->id, id) == 0)
            return i;
    }
    return GTK_INVALID_LIST_POSITION;
}

/* What is chosen is always in the list, be it as nothing. */
static void complete(MigChooserRow *self, GListStore *list)
{
    if (find(G_LIST_MODEL(list), self->chosen) != GTK_INVALID_LIST_POSITION)
        return;
    g_autoptr(MigChooserItem) item =
        item_new(self->chosen, self->chosen ?: self->nothing ?: "", NULL);
    g_list_store_insert(list, 0, item);
}

static void select_chosen(MigChooserRow *self)
{
    adw_combo_row_set_selected(ADW_COMBO_ROW(self), find(G_LIST_MODEL(self->items), self->chosen));
}

void mig_chooser_row_show(MigChooserRow *self, GListStore *list)
{
    g_return_if_fail(MIG_IS_CHOOSER_ROW(self));
    complete(self, list);
    if (same_list(G_LIST_MODEL(list), G_LIST_MODEL(self->items)))
        return;
    self->filling = TRUE;
    g_set_object(&self->items, list);
    adw_combo_row_set_model(ADW_COMBO_ROW(self), G_LIST_MODEL(list));
    select_chosen(self);
    self->filling = FALSE;
}

/* the choice */

const char *mig_chooser_row_get_chosen(MigChooserRow *self)
{
    return self->chosen;
}

static void set_chosen(MigChooserRow *self, const char *id)
{
    if (g_strcmp0(id, self->chosen) == 0)
        return;
    char *old = self->chosen;
    self->chosen = g_strdup(id);
    g_free(old);
    g_object_notify_by_pspec(G_OBJECT(self), chosen_pspec);
}

void mig_chooser_row_choose(MigChooserRow *self, const char *id)
{
    g_return_if_fail(MIG_IS_CHOOSER_ROW(self));
    self->filling = TRUE;
    g_autofree char *old = self->chosen;
    self->chosen = g_strdup(id);
    complete(self, self->items);
    select_chosen(self);
    self->filling = FALSE;
    if (g_strcmp0(id, old))
        g_object_notify_by_pspec(G_OBJECT(self), chosen_pspec);
}

static void selected_cb(MigChooserRow *self)
{
    MigChooserItem *item = adw_combo_row_get_selected_item(ADW_COMBO_ROW(self));
    if (!self->filling && item)
        set_chosen(self, item->id);
}

void mig_chooser_row_set_nothing(MigChooserRow *self, const char *nothing)
{
    g_free(self->nothing);
    self->nothing = g_strdup(nothing);
}

void mig_chooser_row_describe(MigChooserRow *self, const char *text, const char *message)
{
    g_return_if_fail(MIG_IS_CHOOSER_ROW(self));
    adw_action_row_set_subtitle(ADW_ACTION_ROW(self), text);
    if (!self->technical && message && message[0]) {
        self->technical = mig_technical_button_new();
        adw_action_row_add_suffix(ADW_ACTION_ROW(self), self->technical);
    }
    if (self->technical)
        mig_technical_button_set(self->technical, text, message);
}

/* how it looks */

static char *item_title(MigChooserItem *item)
{
    return g_strdup(item->title);
}

static GtkWidget *make_label(const char *style)
{
    GtkWidget *label = gtk_label_new(NULL);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
    gtk_label_set_max_width_chars(GTK_LABEL(label), 32);
    if (style)
        gtk_widget_add_css_class(label, style);
    return label;
}

static void setup_cb(GtkSignalListItemFactory *factory, GtkListItem *item)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 3);
    GtkWidget *detail = make_label("caption");
    gtk_widget_add_css_class(detail, "dim-label");
    gtk_box_append(GTK_BOX(box), make_label(NULL));
    gtk_box_append(GTK_BOX(box), detail);
    gtk_list_item_set_child(item, box);
}

static void bind_cb(GtkSignalListItemFactory *factory, GtkListItem *list_item)
{
    MigChooserItem *item = gtk_list_item_get_item(list_item);
    GtkWidget *title = gtk_widget_get_first_child(gtk_list_item_get_child(list_item));
    GtkWidget *detail = gtk_widget_get_next_sibling(title);
    gtk_label_set_label(GTK_LABEL(title), item->title);
    gtk_label_set_label(GTK_LABEL(detail), item->detail ?: "");
    gtk_widget_set_visible(detail, item->detail && item->detail[0]);
}

/* life */

static void mig_chooser_row_get_property(GObject *object, guint id, GValue *value,
                                         GParamSpec *pspec)
{
    if (id == PROP_CHOSEN)
        g_value_set_string(value, MIG_CHOOSER_ROW(object)->chosen);
    else
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void mig_chooser_row_finalize(GObject *object)
{
    MigChooserRow *self = MIG_CHOOSER_ROW(object);
    g_clear_object(&self->items);
    g_free(self->chosen);
    g_free(self->nothing);
    G_OBJECT_CLASS(mig_chooser_row_parent_class)->finalize(object);
}

static void mig_chooser_row_class_init(MigChooserRowClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);
    object_class->finalize = mig_chooser_row_finalize;
    object_class->get_property = mig_chooser_row_get_property;
    chosen_pspec =
        g_param_spec_string("chosen", NULL, NULL, NULL,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
    g_object_class_install_property(object_class, PROP_CHOSEN, chosen_pspec);
}

static void mig_chooser_row_init(MigChooserRow *self)
{
    AdwComboRow *row = ADW_COMBO_ROW(self);
    g_autoptr(GtkListItemFactory) factory = gtk_signal_list_item_factory_new();
    g_autoptr(GtkExpression) expression = gtk_cclosure_expression_new(
        G_TYPE_STRING, NULL, 0, NULL, G_CALLBACK(item_title), NULL, NULL);
    g_signal_connect(factory, "setup", G_CALLBACK(setup_cb), NULL);
    g_signal_connect(factory, "bind", G_CALLBACK(bind_cb), NULL);
    self->items = mig_chooser_row_make_list();
    adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(self), FALSE);
    adw_combo_row_set_expression(row, expression);
    mig_combo_wrap(row, FALSE);
    adw_combo_row_set_list_factory(row, factory);
    adw_combo_row_set_model(row, G_LIST_MODEL(self->items));
    g_signal_connect(self, "notify::selected-item", G_CALLBACK(selected_cb), NULL);
}

GtkWidget *mig_chooser_row_new(const char *title, const char *nothing)
{
    MigChooserRow *self = g_object_new(MIG_TYPE_CHOOSER_ROW, "title", title, NULL);
    mig_chooser_row_set_nothing(self, nothing);
    g_autoptr(GListStore) list = mig_chooser_row_make_list();
    mig_chooser_row_show(self, list);
    return GTK_WIDGET(self);
}
