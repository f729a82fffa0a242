/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See message-size.h. A walk over all values with a counter; sd-bus bounds the depth.
 */
#include "message-size.h"

#include <string.h>

/* Size of a fixed type, which is its alignment; 0 for others. */
static gsize fixed_size(char type)
{
    switch (type) {
    case SD_BUS_TYPE_BYTE:
        return 1;
    case SD_BUS_TYPE_INT16:
    case SD_BUS_TYPE_UINT16:
        return 2;
    case SD_BUS_TYPE_BOOLEAN:
    case SD_BUS_TYPE_INT32:
    case SD_BUS_TYPE_UINT32:
    case SD_BUS_TYPE_UNIX_FD:
        return 4;
    case SD_BUS_TYPE_INT64:
    case SD_BUS_TYPE_UINT64:
    case SD_BUS_TYPE_DOUBLE:
        return 8;
    default:
        return 0;
    }
}

static gsize alignment(char type)
{
    gsize fixed = fixed_size(type);
    if (fixed)
        return fixed;
    if (type == SD_BUS_TYPE_SIGNATURE || type == SD_BUS_TYPE_VARIANT)
        return 1;
    return strchr("soa", type) ? 4 : 8;
}

static gsize align(gsize position, char type)
{
    gsize to = alignment(type);
    return (position + to - 1) / to * to;
}

/* The first letter of the element type; sd-bus says "{sv}" and "(ss)" for dictionaries and structs.
 */
static gsize enter_size(gsize position, char type, const char *contents)
{
    position = align(position, type);
    if (type == SD_BUS_TYPE_ARRAY)
        return align(position + 4, contents[0]);
    return type == SD_BUS_TYPE_VARIANT ? position + strlen(contents) + 2 : position;
}

static int read_basic(sd_bus_message *m, char type, gsize *position)
{
    guint64 raw = 0;
    int r = sd_bus_message_read_basic(m, type, &raw);
    if (r <= 0)
        return r;
    *position = align(*position, type) + fixed_size(type);
    if (!fixed_size(type))
        *position +=
            strlen(*(const char **) (void *) &raw) + (type == SD_BUS_TYPE_SIGNATURE ? 2 : 5);
    return r;
}

/* Numbers without a look at each. */
static int read_numbers(sd_bus_message *m, char type, gsize *position)
{
    const void *numbers;
    size_t bytes = 0;
    int r = sd_bus_message_read_array(m, type, &numbers, &bytes);
    *position = enter_size(*position, SD_BUS_TYPE_ARRAY, &type) + bytes;
    return r < 0 ? r : 1;
}

static int step(sd_bus_message *m, guint *depth, gsize *position)
{
    const char *contents = NULL;
    char type = 0;
    int r = sd_bus_message_peek_type(m, &type, &contents);
    if (r < 0)
        return r;
    if (r == 0) { /* the end of a container, or of all */
        if (*depth == 0)
            return 0;
        (*depth)--;
        return sd_bus_message_exit_container(m) < 0 ? -EBADMSG : 1;
    }
    if (!contents)
        return read_basic(m, type, position);
    if (type == SD_BUS_TYPE_ARRAY && contents[1] == '\0' && strchr("ynqiuxtd", contents[0]))
        return read_numbers(m, contents[0], position);
    *position = enter_size(*position, type, contents);
    (*depth)++;
    return sd_bus_message_enter_container(m, type, contents);
}

gsize message_size(sd_bus_message *message, gsize limit)
{
    gsize position = 0;
    guint depth = 0;
    if (sd_bus_message_is_empty(message) > 0)
        return 0;
    while (position <= limit && step(message, &depth, &position) > 0)
        ;
    sd_bus_message_rewind(message, TRUE);
    return position;
}
