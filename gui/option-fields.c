/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of advanced options, and how they are typed. */
#include "option-fields.h"

#include <glib/gi18n.h>
#include <string.h>

static const MigFieldGroupInfo groups[MIG_N_FIELDS] = {
    [MIG_FIELDS_DISKS] = { N_("Disks"), N_("Copy disks that the hosts do not share") },
    [MIG_FIELDS_SPEED] = { N_("Speed"), N_("Limits, and what helps a busy guest to arrive") },
    [MIG_FIELDS_ENCRYPTION] = { N_("Encryption"), N_("Of memory and disks on the network") },
    [MIG_FIELDS_GUEST] = { N_("Guest"), N_("Its state, name and networks on the destination") },
    [MIG_FIELDS_NETWORK] = { N_("Network"), N_("Ports and addresses in detail") },
    [MIG_FIELDS_GRAPHICS] = { N_("Graphics"), N_("Viewers of its screen follow the guest") },
    [MIG_FIELDS_SAFETY] = { N_("Safety"), N_("When to give up, and when not to") },
};

static const MigField fields[] = {
    { MIG_OPT_COPY_STORAGE, MIG_FIELDS_DISKS, N_("Copy disks"),
      N_("Only needed if both hosts do not share them") },
    { MIG_OPT_DISKS, MIG_FIELDS_DISKS, N_("Only these disks"),
      N_("For example vda, vdb; otherwise all that can be written") },
    { MIG_OPT_DISK_PATHS, MIG_FIELDS_DISKS, N_("Other paths there"),
      N_("For example vda=/srv/images/web.qcow2") },
    { MIG_OPT_SYNCHRONOUS_WRITES, MIG_FIELDS_DISKS, N_("Write to both hosts at once"),
      N_("The guest's writes wait for the destination, so that the copy always ends") },
    { MIG_OPT_DISKS_ADDRESS, MIG_FIELDS_DISKS, N_("Address for disks"),
      N_("IP address of the destination; otherwise the one memory takes") },
    { MIG_OPT_DISKS_PORT, MIG_FIELDS_DISKS, N_("Port for disks"),
      N_("Otherwise libvirt chooses one") },

    { MIG_OPT_BANDWIDTH, MIG_FIELDS_SPEED, N_("Speed limit"),
      N_("For memory, and once more for each disk"), N_("MiB/s"), .remembered = TRUE },
    { MIG_OPT_MAXIMUM_DOWNTIME, MIG_FIELDS_SPEED, N_("Longest pause"),
      N_("How long the guest may stand still while it switches over"), N_("ms"),
      .remembered = TRUE },
    { MIG_OPT_LIVE, MIG_FIELDS_SPEED, N_("Keep running"),
      N_("Otherwise the guest is paused for the whole time") },
    { MIG_OPT_AUTO_CONVERGE, MIG_FIELDS_SPEED, N_("Slow the guest down if needed"),
      N_("As long as it changes memory faster than it can be copied"), .remembered = TRUE },
    { MIG_OPT_AUTO_CONVERGE_INITIAL, MIG_FIELDS_SPEED, N_("Slow down at first by"), "", N_("%") },
    { MIG_OPT_AUTO_CONVERGE_INCREMENT, MIG_FIELDS_SPEED, N_("Then each time by"), "", N_("%") },
    { MIG_OPT_POSTCOPY, MIG_FIELDS_SPEED, N_("Allow post-copy"),
      N_("It may then be switched over early; if a host or the network fails after that, the "
         "guest is lost") },
    { MIG_OPT_POSTCOPY_BANDWIDTH, MIG_FIELDS_SPEED, N_("Speed limit in post-copy"), "",
      N_("MiB/s") },
    { MIG_OPT_POSTCOPY_RESUME, MIG_FIELDS_SPEED, N_("Resume post-copy"),
      N_("Go on with a post-copy migration that was broken off") },
    { MIG_OPT_PARALLEL, MIG_FIELDS_SPEED, N_("Several connections"),
      N_("Copy memory over more than one at once"), .remembered = TRUE },
    { MIG_OPT_PARALLEL_CONNECTIONS, MIG_FIELDS_SPEED, N_("Number of connections"), "" },
    { MIG_OPT_COMPRESSION, MIG_FIELDS_SPEED, N_("Compression"),
      N_("Of memory on the wire; costs processor time"), .remembered = TRUE },
    { MIG_OPT_COMPRESSION_MT_LEVEL, MIG_FIELDS_SPEED, N_("Compression level"),
      N_("Of multi-threaded: 0 not at all, 9 the most") },
    { MIG_OPT_COMPRESSION_MT_THREADS, MIG_FIELDS_SPEED, N_("Threads that compress"), "" },
    { MIG_OPT_COMPRESSION_MT_DTHREADS, MIG_FIELDS_SPEED, N_("Threads that decompress"), "" },
    { MIG_OPT_COMPRESSION_XBZRLE_CACHE, MIG_FIELDS_SPEED, N_("Cache for differences"),
      N_("Memory of the source"), N_("MiB"), .scale = 1 << 20 },
    { MIG_OPT_ZERO_COPY, MIG_FIELDS_SPEED, N_("Send without copying"),
      N_("Locks all of the guest's memory on the source") },

    { MIG_OPT_TLS, MIG_FIELDS_ENCRYPTION, N_("Encrypt with TLS"),
      N_("Both hypervisors need certificates"), .remembered = TRUE },
    { MIG_OPT_TLS_NAME, MIG_FIELDS_ENCRYPTION, N_("Name in the certificate"),
      N_("Of the destination, if it is another one than its address") },

    { MIG_OPT_DESTINATION_NAME, MIG_FIELDS_GUEST, N_("New name"),
      N_("Of the guest on the destination") },
    { MIG_OPT_PAUSED, MIG_FIELDS_GUEST, N_("Leave paused"),
      N_("It does not run on the destination until somebody resumes it") },
    { MIG_OPT_OFFLINE, MIG_FIELDS_GUEST, N_("Configuration only"),
      N_("For a guest that is shut off; disks are not moved") },
    { MIG_OPT_NETWORKS, MIG_FIELDS_GUEST, N_("Other networks there"),
      N_("For example default=office") },
    { MIG_OPT_BRIDGES, MIG_FIELDS_GUEST, N_("Other bridges there"), N_("For example br0=br1") },

    { MIG_OPT_OPEN_DESTINATION, MIG_FIELDS_NETWORK, N_("Look at the destination"),
      N_("Otherwise only the source host connects to it, and nothing there is checked") },
    { MIG_OPT_LISTEN_ADDRESS, MIG_FIELDS_NETWORK, N_("Listen on"),
      N_("IP address of the destination, if it is another one than memory is sent to") },
    { MIG_OPT_DATA_PROTOCOL, MIG_FIELDS_NETWORK, N_("Protocol"), N_("Between the hypervisors") },
    { MIG_OPT_RDMA_PIN_ALL, MIG_FIELDS_NETWORK, N_("Lock memory for RDMA"),
      N_("All of the guest's, before it is sent") },

    { MIG_OPT_GRAPHICS_TYPE, MIG_FIELDS_GRAPHICS, N_("Viewers"),
      N_("Only those of SPICE follow by themselves") },
    { MIG_OPT_GRAPHICS_ADDRESS, MIG_FIELDS_GRAPHICS, N_("Address for viewers"),
      N_("IP address of the destination") },
    { MIG_OPT_GRAPHICS_PORT, MIG_FIELDS_GRAPHICS, N_("Port for viewers"), "" },
    { MIG_OPT_GRAPHICS_TLS_PORT, MIG_FIELDS_GRAPHICS, N_("Port with TLS"), "" },
    { MIG_OPT_GRAPHICS_TLS_SUBJECT, MIG_FIELDS_GRAPHICS, N_("Subject of the certificate"), "" },

    { MIG_OPT_ABORT_ON_ERROR, MIG_FIELDS_SAFETY, N_("Give up on disk errors"),
      N_("If the guest has an I/O error meanwhile"), .remembered = TRUE },
    { MIG_OPT_UNSAFE, MIG_FIELDS_SAFETY, N_("Skip the check of disks"),
      N_("Disks that are not shared, or cached, may be damaged") },
    { MIG_OPT_TRY, MIG_FIELDS_SAFETY, N_("Start in spite of blockers"),
      N_("It will most likely fail; the guest stays where it is") },
    { .title = NULL },
};

/* Position, or number of the set. */
static const struct {
    MigOption option;
    guint64 number;
    const char *word;
} choices[] = {
    { MIG_OPT_COPY_STORAGE, MIG_COPY_NONE, N_("None") },
    { MIG_OPT_COPY_STORAGE, MIG_COPY_ALL, N_("All of them") },
    { MIG_OPT_COPY_STORAGE, MIG_COPY_INCREMENTAL, N_("Topmost images") },
    { MIG_OPT_DATA_PROTOCOL, MIG_PROTOCOL_TCP, N_("TCP") },
    { MIG_OPT_DATA_PROTOCOL, MIG_PROTOCOL_RDMA, N_("RDMA") },
    { MIG_OPT_GRAPHICS_TYPE, MIG_GRAPHICS_NONE, N_("Not told") },
    { MIG_OPT_GRAPHICS_TYPE, MIG_GRAPHICS_SPICE, N_("SPICE") },
    { MIG_OPT_GRAPHICS_TYPE, MIG_GRAPHICS_VNC, N_("VNC") },
    { MIG_OPT_COMPRESSION, 0, N_("None") },
    { MIG_OPT_COMPRESSION, 1 << MIG_COMPRESSION_XBZRLE, N_("Differences") },
    { MIG_OPT_COMPRESSION, 1 << MIG_COMPRESSION_MT, N_("Multi-threaded") },
    { MIG_OPT_COMPRESSION, 1 << MIG_COMPRESSION_XBZRLE | 1 << MIG_COMPRESSION_MT, N_("Both") },
};

const MigField *mig_fields(void)
{
    return fields;
}

const MigFieldGroupInfo *mig_field_group(MigFieldGroup group)
{
    return &groups[group];
}

const char *mig_field_choice(MigOption option, guint64 number)
{
    for (gsize i = 0; i < G_N_ELEMENTS(choices); i++)
        if (choices[i].option == option && choices[i].number == number)
            return _(choices[i].word);
    return mig_option_info(option)->choices[number];
}

/* typing */

static GVariant *parse_list(char **words)
{
    GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);
    for (gsize i = 0; words[i]; i++)
        g_variant_builder_add(&builder, "s", g_strstrip(words[i]));
    return g_variant_builder_end(&builder);
}

static GVariant *parse_pairs(char **words)
{
    GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{ss}"));
    for (gsize i = 0; words[i]; i++) {
        char *to = strchr(words[i], '=');
        if (to)
            *to++ = '\0';
        g_variant_builder_add(&builder, "{ss}", g_strstrip(words[i]), to ? g_strstrip(to) : "");
    }
    return g_variant_builder_end(&builder);
}

GVariant *mig_field_parse(MigOption option, const char *text)
{
    const char *signature = mig_option_info(option)->signature;
    g_autofree char *stripped = g_strstrip(g_strdup(text));
    g_auto(GStrv) words = g_strsplit(stripped, ",", -1);
    if (!stripped[0])
        return NULL;
    if (g_str_equal(signature, "as"))
        return parse_list(words);
    if (g_str_equal(signature, "a{ss}"))
        return parse_pairs(words);
    return g_variant_new_string(stripped);
}

char *mig_field_print(MigOption option, const MigOptionValue *value)
{
    if (!value->set)
        return g_strdup("");
    if (!value->list)
        return g_strdup(value->text ?: "");
    if (mig_option_info(option)->kind == MIG_KIND_DISKS)
        return g_strjoinv(", ", value->list);
    g_autoptr(GString) text = g_string_new(NULL);
    for (gsize i = 0; value->list[i] && value->list[i + 1]; i += 2)
        g_string_append_printf(text, "%s%s=%s", i ? ", " : "", value->list[i], value->list[i + 1]);
    return g_string_free(g_steal_pointer(&text), FALSE);
}
