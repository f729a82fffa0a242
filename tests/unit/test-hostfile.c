/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of host files: what each key gives, the sentence for every mistake, and that a dictionary
 * carries a host unchanged and is checked like a file.
 */
#include "hostfile.h"

#include "error.h"

#include <string.h>

#define UUID "9c4f2b56-7d1e-4f0a-8a3b-2f6f4d1c9e70"
#define SSH "[Host]\nDriver=qemu\nTransport=ssh\nAddress=host-b.example\n"
#define NO_TRANSPORT "[Host]\nDriver=qemu\nAddress=host-b.example\n"
#define NO_ADDRESS "[Host]\nDriver=qemu\nTransport=ssh\n"
#define TLS "[Host]\nDriver=qemu\nTransport=tls\nAddress=host-b.example\n"

#define VPX_WITHOUT_PLACE "[Host]\nDriver=vpx\nAddress=vcenter.example\nUser=root\n"
#define VPX VPX_WITHOUT_PLACE "PasswordFile=vc\nDatacenter=DC1\nHostSystem=esx1.example\n"

static MigHost *parse(const char *name, const char *text)
{
    g_autoptr(GError) error = NULL;
    MigHost *host = mig_host_parse(name, text, strlen(text), &error);

    g_assert_no_error(error);

    return host;
}

/* connect address port user, as one text */
static char *route_text(const MigRoute *route)
{
    return g_strdup_printf("%s %s %u %s", mig_connect_to_string(route->connect),
                           route->address != NULL ? route->address : "-", route->port,
                           route->user != NULL ? route->user : "-");
}

static void assert_routes(const MigHost *host, const char *own, const char *peer)
{
    g_autofree char *got_own = route_text(&host->own);
    g_autofree char *got_peer = route_text(&host->peer);

    g_assert_cmpstr(got_own, ==, own);
    g_assert_cmpstr(got_peer, ==, peer);
}

static void assert_same(const MigHost *a, const MigHost *b)
{
    g_autofree char *own = route_text(&a->own);
    g_autofree char *peer = route_text(&a->peer);

    assert_routes(b, own, peer);
    g_assert_cmpstr(a->name, ==, b->name);
    g_assert_cmpstr(a->driver, ==, b->driver);
    g_assert_cmpstr(a->host_uuid, ==, b->host_uuid);
    g_assert_cmpstr(a->own.path, ==, b->own.path);
    g_assert_cmpint(a->own.no_verify, ==, b->own.no_verify);
    g_assert_cmpstr(a->inventory.datacenter, ==, b->inventory.datacenter);
    g_assert_cmpstr(a->inventory.cluster, ==, b->inventory.cluster);
    g_assert_cmpstr(a->inventory.host_system, ==, b->inventory.host_system);
    g_assert_cmpstr(a->inventory.password_file, ==, b->inventory.password_file);
    g_assert_true(g_strv_equal((const char *const *) a->migration_addresses,
                               (const char *const *) b->migration_addresses));
}

static void test_local(void)
{
    g_autoptr(MigHost) host = mig_host_new_local();

    g_assert_cmpstr(host->name, ==, "local");
    g_assert_cmpstr(host->driver, ==, "qemu");
    assert_routes(host, "unix - 0 -", "none - 0 -");
    g_assert_nonnull(host->migration_addresses);
    g_assert_null(host->migration_addresses[0]);
    g_assert_null(host->host_uuid);
    g_assert_false(mig_host_has_address(host, "192.0.2.1"));
    mig_host_free(NULL);
}

static void test_full(void)
{
    g_autoptr(MigHost) host =
        parse("host-b", "# a host\n[Host]\nDriver=qemu\nTransport=ssh\nAddress=host-b.example\n"
                        "Port = 2222 \nUser=root\nPeerTransport=tls\nPeerAddress=2001:DB8::0:2\n"
                        "PeerPort=16515\nMigrationAddresses=192.0.2.12; 2001:DB8::12 ;192.0.2.12;\n"
                        "HostUUID=9C4F2B56-7D1E-4F0A-8A3B-2F6F4D1C9E70\n");

    g_assert_cmpstr(host->name, ==, "host-b");
    g_assert_cmpstr(host->driver, ==, "qemu");
    assert_routes(host, "ssh host-b.example 2222 root", "tls 2001:db8::2 16515 -");
    g_assert_cmpuint(g_strv_length(host->migration_addresses), ==, 2);
    g_assert_cmpstr(host->migration_addresses[0], ==, "192.0.2.12");
    g_assert_cmpstr(host->migration_addresses[1], ==, "2001:db8::12");
    g_assert_cmpstr(host->host_uuid, ==, UUID);
    g_assert_true(mig_host_has_address(host, "2001:db8::12"));
    g_assert_false(mig_host_has_address(host, "2001:DB8::12"));
    g_assert_false(mig_host_has_address(host, "192.0.2.1"));
    g_assert_false(mig_host_has_address(host, ""));
    g_assert_false(mig_host_has_address(host, NULL));
}

/* How the peer's route follows from our own. */
static void test_peer_defaults(void)
{
    static const struct {
        const char *text;
        const char *own;
        const char *peer;
    } files[] = {
        { SSH, "ssh host-b.example 0 -", "ssh host-b.example 0 -" },
        { SSH "Port=22\nUser=root\n", "ssh host-b.example 22 root", "ssh host-b.example 22 root" },
        { SSH "Port=22\nUser=root\nPeerTransport=ssh\nPeerPort=23\n", "ssh host-b.example 22 root",
          "ssh host-b.example 23 root" },
        { SSH "User=root\nPeerUser=mig\nPeerAddress=b2.example\n", "ssh host-b.example 0 root",
          "ssh b2.example 0 mig" },
        { SSH "Port=22\nUser=root\nPeerTransport=tls\n", "ssh host-b.example 22 root",
          "tls host-b.example 0 -" },
        { TLS "Port=16515\n", "tls host-b.example 16515 -", "tls host-b.example 16515 -" },
        { TLS "PeerTransport=ssh\nPeerUser=mig\nPeerPort=22\n", "tls host-b.example 0 -",
          "ssh host-b.example 22 mig" },
        { TLS "PeerTransport=tcp\nAllowPlaintext=yes\n", "tls host-b.example 0 -",
          "tcp host-b.example 0 -" },
        { "[Host]\nDriver=qemu\nTransport=tcp\nAddress=192.0.2.1\nAllowPlaintext=true\n",
          "tcp 192.0.2.1 0 -", "tcp 192.0.2.1 0 -" },
        { TLS "AllowPlaintext=no\n", "tls host-b.example 0 -", "tls host-b.example 0 -" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(MigHost) host = parse("host-b", files[i].text);

        assert_routes(host, files[i].own, files[i].peer);
    }
}

static void test_local_file(void)
{
    g_autoptr(MigHost) nothing = parse("local", "[Host]\n");
    g_autoptr(MigHost) peer =
        parse("local", "[Host]\nPeerTransport=ssh\nPeerAddress=host-a.example\nPeerUser=root\n"
                       "MigrationAddresses=192.0.2.11\nHostUUID=" UUID "\n");
    g_autoptr(MigHost) plain =
        parse("local", "[Host]\nAllowPlaintext=on\nPeerTransport=tcp\nPeerAddress=192.0.2.11\n");

    assert_routes(nothing, "unix - 0 -", "none - 0 -");
    assert_routes(peer, "unix - 0 -", "ssh host-a.example 0 root");
    g_assert_cmpstr(peer->host_uuid, ==, UUID);
    g_assert_true(mig_host_has_address(peer, "192.0.2.11"));
    assert_routes(plain, "unix - 0 -", "tcp 192.0.2.11 0 -");
}

static void test_drivers(void)
{
    static const struct {
        const char *name, *text, *driver, *own, *peer, *path;
        gboolean no_verify;
    } files[] = {
        { "host-b", "[Host]\nTransport=ssh\nAddress=b\n", "qemu", "ssh b 0 -", "ssh b 0 -" },
        { "host-b", "[Host]\nDriver=xen\nTransport=ssh\nAddress=b\nUser=root\n", "xen",
          "ssh b 0 root", "ssh b 0 root" },
        { "host-b", "[Host]\nDriver=xen\nTransport=tcp\nAddress=b\nAllowPlaintext=yes\n", "xen",
          "tcp b 0 -", "tcp b 0 -" },
        { "host-b", "[Host]\nDriver=vz\nTransport=tls\nAddress=b\n", "vz", "tls b 0 -",
          "tls b 0 -" },
        { "host-b", "[Host]\nDriver=openvz\nTransport=ssh\nAddress=b\n", "openvz", "ssh b 0 -",
          "ssh b 0 -" },
        { "local", "[Host]\nDriver=xen\n", "xen", "unix - 0 -", "none - 0 -" },
        { "local", "[Host]\nDriver=openvz\n", "openvz", "unix - 0 -", "none - 0 -" },
        { "host-b", VPX, "vpx", "https vcenter.example 0 root", "none - 0 -", "DC1/esx1.example" },
        { "host-b", VPX "Cluster=Site/C 1\nPort=8443\nVerifyCertificate=no\n", "vpx",
          "https vcenter.example 8443 root", "none - 0 -", "DC1/Site/C 1/esx1.example", TRUE },
        { "host-b", VPX "VerifyCertificate=yes\n", "vpx", "https vcenter.example 0 root",
          "none - 0 -", "DC1/esx1.example", FALSE },
    };

    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(MigHost) host = parse(files[i].name, files[i].text);

        g_assert_cmpstr(host->driver, ==, files[i].driver);
        assert_routes(host, files[i].own, files[i].peer);
        g_assert_cmpstr(host->own.path, ==, files[i].path);
        g_assert_cmpint(host->own.no_verify, ==, files[i].no_verify);
    }
}

/* Every bad file: its name, its text, and what the sentence must say (the key, the remedy). */
static const struct {
    const char *name;
    const char *text;
    const char *says[3];
} bad_files[] = {
    /* the file as such */
    { "host-b", "", { "[Host]", "begin the file" } },
    { "host-b", "# nothing\n", { "[Host]", "begin the file" } },
    { "host-b", "Driver=qemu\n", { "no key file", "migrationd.hosts(5)" } },
    { "host-b", SSH "nonsense\n", { "no key file", "migrationd.hosts(5)" } },
    { "host-b", "[Host\nDriver=qemu\n", { "no key file", "migrationd.hosts(5)" } },
    { "host-b", SSH "User=\xff\n", { "UTF-8" } },
    { "host-b", SSH "[Other]\nx=1\n", { "\"Other\" is unknown", "[Host] is the only one" } },
    { "host-b", "[host]\nDriver=qemu\n", { "\"host\" is unknown", "[Host] is the only one" } },
    { "host-b", "[Host]\n", { "Transport= is missing", "ssh, tls or tcp" } },
    /* the keys */
    { "host-b", SSH "Colour=red\n", { "\"Colour\" is unknown", "migrationd.hosts(5)" } },
    { "host-b", SSH "port=22\n", { "\"port\" is unknown", "migrationd.hosts(5)" } },
    { "host-b", SSH "Keyfile=/root/x\n", { "\"Keyfile\" is unknown" } },
    { "host-b", SSH "Address[de]=x\n", { "\"Address[de]\" is unknown" } },
    { "host-b", SSH "name=x\n", { "\"name\" is unknown" } },
    { "host-b", SSH "User=a\\\n", { "User=\"a\\\\\"", "a-z" } },
    { "host-b", SSH "User=a\nUser=a\n", { "User= is there twice", "remove one" } },
    { "host-b", SSH "[Host]\nTransport=tls\n", { "Transport= is there twice", "remove one" } },
    { "local", "[Host]\nAllowPlaintext=no\nAllowPlaintext=yes\n", { "is there twice" } },
    /* driver and transport */
    { "host-b", "[Host]\nDriver=QEMU\n", { "Driver=\"QEMU\"", "may be qemu" } },
    { "host-b", "[Host]\nDriver=test\n", { "Driver=\"test\"", "may be qemu" } },
    { "host-b", "[Host]\nDriver=\n", { "Driver= is empty", "may be qemu" } },
    { "host-b", "[Host]\nDriver=qemu+ext\n", { "Driver=\"qemu+ext\"", "may be qemu" } },
    { "host-b",
      "[Host]\nDriver=qemu\nAddress=b\n",
      { "Transport= is missing", "ssh, tls or tcp" } },
    { "host-b", "[Host]\nDriver=qemu\nTransport=ssh\n", { "Address= is missing", "DNS name" } },
    { "host-b", NO_TRANSPORT "Transport=ext\n", { "Transport=\"ext\"", "ssh, tls or tcp" } },
    { "host-b", NO_TRANSPORT "Transport=SSH\n", { "Transport=\"SSH\"", "ssh, tls or tcp" } },
    { "host-b", NO_TRANSPORT "Transport=unix\n", { "Transport=\"unix\"", "ssh, tls or tcp" } },
    { "host-b", NO_TRANSPORT "Transport=none\n", { "Transport=\"none\"", "ssh, tls or tcp" } },
    { "host-b", NO_TRANSPORT "Transport=\n", { "Transport= is empty", "ssh, tls or tcp" } },
    { "host-b", SSH "PeerTransport=unix\n", { "PeerTransport=\"unix\"", "ssh, tls or tcp" } },
    { "host-b", SSH "PeerTransport=none\n", { "PeerTransport=\"none\"", "ssh, tls or tcp" } },
    /* plain text must be wanted */
    { "host-b", NO_TRANSPORT "Transport=tcp\n", { "Transport=tcp", "AllowPlaintext=yes" } },
    { "host-b", SSH "PeerTransport=tcp\n", { "PeerTransport=tcp", "AllowPlaintext=yes" } },
    { "host-b",
      SSH "PeerTransport=tcp\nAllowPlaintext=no\n",
      { "PeerTransport=tcp", "AllowPlaintext=yes" } },
    { "host-b", SSH "AllowPlaintext=maybe\n", { "AllowPlaintext=\"maybe\"", "yes or no" } },
    { "host-b", SSH "AllowPlaintext=\n", { "AllowPlaintext= is empty", "yes or no" } },
    { "host-b", SSH "AllowPlaintext=YES\n", { "AllowPlaintext=\"YES\"", "yes or no" } },
    { "local", "[Host]\nAllowPlaintext=2\n", { "AllowPlaintext=\"2\"", "yes or no" } },
    /* addresses */
    { "host-b", NO_ADDRESS "Address=localhost\n", { "Address=\"localhost\"", "DNS name" } },
    { "host-b", NO_ADDRESS "Address=127.0.0.1\n", { "Address=\"127.0.0.1\"", "this machine" } },
    { "host-b", NO_ADDRESS "Address=[2001:db8::1]\n", { "Address=", "without brackets" } },
    { "host-b", NO_ADDRESS "Address=root@host-b\n", { "Address=\"root@host-b\"" } },
    { "host-b", NO_ADDRESS "Address=host-b:22\n", { "Address=\"host-b:22\"" } },
    { "host-b",
      NO_ADDRESS "Address=host-b/system?command=/x\n",
      { "Address=\"host-b/system?command=/x\"" } },
    { "host-b", NO_ADDRESS "Address=0x7f.1\n", { "Address=\"0x7f.1\"" } },
    { "host-b", NO_ADDRESS "Address=a\\nb\n", { "Address=\"a\\\\nb\"" } },
    { "host-b", NO_ADDRESS "Address=\n", { "Address= is empty", "DNS name" } },
    { "host-b", SSH "PeerAddress=::1\n", { "PeerAddress=\"::1\"", "other hosts" } },
    { "host-b", SSH "PeerAddress=\n", { "PeerAddress= is empty" } },
    /* port and user */
    { "host-b", SSH "Port=0\n", { "Port=\"0\"", "1..65535" } },
    { "host-b", SSH "Port=65536\n", { "Port=\"65536\"", "1..65535" } },
    { "host-b", SSH "Port=022\n", { "Port=\"022\"", "leading zero" } },
    { "host-b", SSH "Port=-1\n", { "Port=\"-1\"", "1..65535" } },
    { "host-b", SSH "Port=ssh\n", { "Port=\"ssh\"", "1..65535" } },
    { "host-b", SSH "Port=\n", { "Port= is empty", "1..65535" } },
    { "host-b", SSH "PeerPort=65536\n", { "PeerPort=\"65536\"", "1..65535" } },
    { "host-b", SSH "User=Root\n", { "User=\"Root\"", "a-z" } },
    { "host-b", SSH "User=-l\n", { "User=\"-l\"", "a-z" } },
    { "host-b", SSH "User=\n", { "User= is empty", "a-z" } },
    { "host-b", TLS "User=root\n", { "User= is for Transport=ssh only", "remove the line" } },
    { "host-b", TLS "PeerUser=root\n", { "PeerUser= is for PeerTransport=ssh only", "remove" } },
    { "host-b",
      SSH "PeerTransport=tls\nPeerUser=root\n",
      { "PeerUser= is for PeerTransport=ssh" } },
    { "host-b", SSH "PeerUser=a b\n", { "PeerUser=\"a b\"", "a-z" } },
    /* lists and UUID */
    { "host-b", SSH "MigrationAddresses=\n", { "MigrationAddresses= is empty", "IP addresses" } },
    { "host-b", SSH "MigrationAddresses=;\n", { "MigrationAddresses= is empty" } },
    { "host-b",
      SSH "MigrationAddresses=192.0.2.1;;192.0.2.2\n",
      { "MigrationAddresses= is empty" } },
    { "host-b",
      SSH "MigrationAddresses=host-b\n",
      { "MigrationAddresses=\"host-b\"", "IP addresses" } },
    { "host-b",
      SSH "MigrationAddresses=192.0.2.1,192.0.2.2\n",
      { "MigrationAddresses=", "; between" } },
    { "host-b",
      SSH "MigrationAddresses=192.0.2.1;127.0.0.1\n",
      { "MigrationAddresses=\"127.0.0.1\"" } },
    { "host-b",
      SSH "MigrationAddresses=[2001:db8::1]\n",
      { "MigrationAddresses=", "without brackets" } },
    { "host-b",
      SSH "MigrationAddresses=fe80::1%eth0\n",
      { "MigrationAddresses=\"fe80::1%eth0\"" } },
    { "host-b", SSH "MigrationAddresses=0.0.0.0\n", { "MigrationAddresses=\"0.0.0.0\"" } },
    { "host-b", SSH "HostUUID=\n", { "HostUUID= is empty", "UUID" } },
    { "host-b", SSH "HostUUID=9c4f2b56\n", { "HostUUID=\"9c4f2b56\"", "virsh capabilities" } },
    { "host-b", SSH "HostUUID={" UUID "}\n", { "HostUUID=", "virsh capabilities" } },
    { "host-b", SSH "HostUUID=" UUID "0\n", { "HostUUID=", "virsh capabilities" } },
    /* local */
    { "local", "", { "[Host]" } },
    { "local", "[Host]\nDriver=vpx\n", { "Driver=vpx is not for local", "file of its own" } },
    { "local", "[Host]\nDatacenter=x\n", { "Datacenter= may not be given", "remove the line" } },
    { "local", "[Host]\nTransport=ssh\n", { "Transport= may not be given", "remove the line" } },
    { "local", "[Host]\nAddress=host-a\n", { "Address= may not be given", "remove the line" } },
    { "local", "[Host]\nPort=22\n", { "Port= may not be given", "remove the line" } },
    { "local", "[Host]\nUser=root\n", { "User= may not be given", "remove the line" } },
    { "local", "[Host]\nPeerAddress=host-a\n", { "PeerTransport= is missing", "ssh, tls or tcp" } },
    { "local", "[Host]\nPeerTransport=ssh\n", { "PeerAddress= is missing", "DNS name" } },
    { "local", "[Host]\nPeerUser=root\n", { "PeerTransport= is missing" } },
    { "local",
      "[Host]\nPeerTransport=tcp\nPeerAddress=a\n",
      { "PeerTransport=tcp", "AllowPlaintext=yes" } },
    { "local", "[Host]\nPeerTransport=unix\nPeerAddress=a\n", { "PeerTransport=\"unix\"" } },
    /* other drivers */
    { "host-b",
      "[Host]\nDriver=openvz\nTransport=tls\nAddress=b\n",
      { "Transport=tls is not for Driver=openvz", "may be ssh" } },
    { "host-b",
      "[Host]\nDriver=openvz\nTransport=ssh\nAddress=b\nPeerTransport=tls\n",
      { "PeerTransport=tls is not for Driver=openvz" } },
    { "host-b",
      "[Host]\nDriver=xen\nTransport=tcp\nAddress=b\n",
      { "Transport=tcp", "AllowPlaintext=yes" } },
    { "host-b",
      "[Host]\nDriver=xen\nTransport=https\nAddress=b\n",
      { "Transport=\"https\"", "ssh, tls or tcp" } },
    { "host-b", "[Host]\nDriver=esx\nTransport=ssh\nAddress=b\n", { "may be qemu, xen" } },
    { "host-b", SSH "PasswordFile=x\n", { "PasswordFile= is for Driver=vpx only" } },
    { "host-b", SSH "VerifyCertificate=no\n", { "VerifyCertificate= is for Driver=vpx only" } },
    { "host-b", VPX "Transport=ssh\n", { "Transport= is not for Driver=vpx", "vCenter" } },
    { "host-b", VPX "PeerAddress=b\n", { "PeerAddress= is not for Driver=vpx" } },
    { "host-b", VPX "MigrationAddresses=192.0.2.1\n", { "MigrationAddresses= is not for" } },
    { "host-b", VPX "AllowPlaintext=yes\n", { "AllowPlaintext= is not for Driver=vpx" } },
    { "host-b", VPX "Port=0\n", { "Port=\"0\"", "1..65535" } },
    { "host-b", VPX "VerifyCertificate=never\n", { "VerifyCertificate=\"never\"", "yes or no" } },
    { "host-b", VPX "Cluster=a//b\n", { "Cluster=\"a//b\"", "up to 7 names" } },
    { "host-b", VPX "Cluster=../x\n", { "Cluster=\"../x\"" } },
    { "host-b", VPX "Cluster=1/2/3/4/5/6/7/8\n", { "Cluster=" } },
    { "host-b", "[Host]\nDriver=vpx\n", { "Address= is missing", "vCenter" } },
    { "host-b", "[Host]\nDriver=vpx\nAddress=v\n", { "User= is missing", "vCenter" } },
    { "host-b",
      VPX_WITHOUT_PLACE "PasswordFile=p\nHostSystem=e\n",
      { "Datacenter= is missing", "inventory" } },
    { "host-b", VPX_WITHOUT_PLACE "PasswordFile=p\nDatacenter=D\n", { "HostSystem= is missing" } },
    { "host-b",
      VPX_WITHOUT_PLACE "Datacenter=D\nHostSystem=e\n",
      { "PasswordFile= is missing", "credential" } },
    { "host-b",
      VPX_WITHOUT_PLACE "PasswordFile=p\nDatacenter=D\nHostSystem=a/b\n",
      { "HostSystem=\"a/b\"" } },
    { "host-b",
      VPX_WITHOUT_PLACE "PasswordFile=p\nDatacenter=D?no_verify=1\nHostSystem=e\n",
      { "Datacenter=\"D?no_verify=1\"" } },
    { "host-b",
      VPX_WITHOUT_PLACE "PasswordFile=p\nDatacenter=D%2fx\nHostSystem=e\n",
      { "Datacenter=\"D%2fx\"" } },
    { "host-b",
      VPX_WITHOUT_PLACE "PasswordFile=/etc/shadow\nDatacenter=D\nHostSystem=e\n",
      { "PasswordFile=\"/etc/shadow\"", "name of a file" } },
    { "host-b",
      VPX_WITHOUT_PLACE "PasswordFile=../x\nDatacenter=D\nHostSystem=e\n",
      { "PasswordFile=\"../x\"" } },
    { "host-b",
      VPX_WITHOUT_PLACE "PasswordFile=..\nDatacenter=D\nHostSystem=e\n",
      { "PasswordFile=\"..\"" } },
    { "host-b", "[Host]\nDriver=vpx\nAddress=v\nUser=a:b\n", { "User= is not usable", "vCenter" } },
    /* a login that cannot be may be a password in the wrong line: it is not repeated */
    { "host-b", "[Host]\nDriver=vpx\nAddress=v\nUser=root:hunter2\n", { "User= is not usable;" } },
    /* names */
    { "", SSH, { "no host name", "a-z" } },
    { "Host-B", SSH, { "\"Host-B\"", "no host name" } },
    { "../x", SSH, { "\"../x\"", "no host name" } },
};

static void test_bad_files(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(bad_files); i++) {
        const char *text = bad_files[i].text;
        g_autoptr(GError) error = NULL;
        g_autoptr(MigHost) host = mig_host_parse(bad_files[i].name, text, strlen(text), &error);

        if (host != NULL)
            g_error("accepted: %s", text);
        g_assert_error(error, MIG_ERROR, MIG_ERROR_INVALID_HOST_FILE);
        g_assert_nonnull(strstr(error->message, bad_files[i].name));
        g_assert_true(g_str_has_suffix(error->message, "."));
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        g_assert_null(strstr(error->message, "hunter2"));
        for (guint j = 0; j < 3 && bad_files[i].says[j] != NULL; j++) {
            if (strstr(error->message, bad_files[i].says[j]) == NULL)
                g_error("file: %s\nsays: %s\nmust say: %s", text, error->message,
                        bad_files[i].says[j]);
        }
    }
}

static void test_limits(void)
{
    g_autofree char *filler = g_strnfill(64 * 1024 - strlen(SSH) - 1, 'x');
    g_autofree char *fits = g_strconcat(SSH "#", filler, NULL);
    g_autofree char *over = g_strconcat(fits, "x", NULL);
    static const char nul[] = SSH "\0User=root\n";
    g_autoptr(MigHost) host = parse("host-b", fits);
    g_autoptr(GError) error = NULL;

    g_assert_cmpuint(strlen(fits), ==, 64 * 1024);
    g_assert_nonnull(host);
    g_assert_null(mig_host_parse("host-b", over, strlen(over), &error));
    g_assert_error(error, MIG_ERROR, MIG_ERROR_INVALID_HOST_FILE);
    g_assert_nonnull(strstr(error->message, "64 KiB"));
    g_clear_error(&error);

    g_assert_null(mig_host_parse("host-b", nul, sizeof(nul) - 1, &error));
    g_assert_error(error, MIG_ERROR, MIG_ERROR_INVALID_HOST_FILE);
    g_clear_error(&error);
    g_assert_null(mig_host_parse("host-b", NULL, 0, &error));
    g_assert_error(error, MIG_ERROR, MIG_ERROR_INVALID_HOST_FILE);
}

/* 64 addresses are taken, 65 are not; the same one again does not count. */
static void test_address_limit(void)
{
    g_autoptr(GString) text = g_string_new(SSH "MigrationAddresses=");
    g_autoptr(MigHost) host = NULL;
    g_autoptr(GError) error = NULL;

    for (guint i = 1; i <= 64; i++)
        g_string_append_printf(text, "192.0.2.%u;192.0.2.1;", i);
    host = parse("host-b", text->str);
    g_assert_cmpuint(g_strv_length(host->migration_addresses), ==, 64);

    g_string_append(text, "192.0.2.65");
    g_assert_null(mig_host_parse("host-b", text->str, text->len, &error));
    g_assert_error(error, MIG_ERROR, MIG_ERROR_INVALID_HOST_FILE);
    g_assert_nonnull(strstr(error->message, "up to 64"));
}

static void test_names(void)
{
    static const char *const good[] = { "a",     "7",    "host-b", "host-b.example",
                                        "a.b.c", "a--b", "local" };
    static const char *const bad[] = { "",    "-a",  "a-",   "A",    "a_b",      "a..b", ".a", "a.",
                                       "a b", "a/b", "a-.b", "a.-b", "\xc3\xa4", "a\n",  "*" };
    g_autofree char *fits = g_strnfill(63, 'a');
    g_autofree char *label = g_strnfill(64, 'a');
    g_autofree char *bytes64 = g_strdup_printf("%.61s.bb", fits);
    g_autofree char *bytes65 = g_strdup_printf("%.62s.bb", fits);

    for (guint i = 0; i < G_N_ELEMENTS(good); i++)
        g_assert_true(mig_host_name_is_valid(good[i]));
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(mig_host_name_is_valid(bad[i]));
    g_assert_false(mig_host_name_is_valid(NULL));
    g_assert_true(mig_host_name_is_valid(fits));
    g_assert_false(mig_host_name_is_valid(label));
    g_assert_true(mig_host_name_is_valid(bytes64));
    g_assert_false(mig_host_name_is_valid(bytes65));
}

static void test_connect_names(void)
{
    static const char *const names[] = { "none", "unix", "ssh", "tls", "tcp", "https" };
    MigConnect connect = MIG_CONNECT_TLS;

    g_assert_cmpuint(G_N_ELEMENTS(names), ==, MIG_N_CONNECTS);
    g_assert_false(mig_connect_from_string("libssh", &connect));
    g_assert_false(mig_connect_from_string("", &connect));
    g_assert_false(mig_connect_from_string(NULL, &connect));
    g_assert_cmpint(connect, ==, MIG_CONNECT_TLS);
    for (guint i = 0; i < MIG_N_CONNECTS; i++) {
        g_assert_cmpstr(mig_connect_to_string((MigConnect) i), ==, names[i]);
        g_assert_true(mig_connect_from_string(names[i], &connect));
        g_assert_cmpint(connect, ==, i);
    }
}

static void test_round_trip(void)
{
    static const struct {
        const char *name;
        const char *text;
    } files[] = {
        { "host-b", SSH },
        { "host-b", SSH "Port=22\nUser=root\nPeerTransport=tls\nPeerPort=16515\n" },
        { "b.example", TLS "MigrationAddresses=192.0.2.1;2001:db8::1\nHostUUID=" UUID "\n" },
        { "host-b", TLS "PeerTransport=tcp\nAllowPlaintext=yes\nPeerAddress=2001:db8::9\n" },
        { "local", "[Host]\n" },
        { "local", "[Host]\nPeerTransport=ssh\nPeerAddress=host-a\nPeerUser=root\nPeerPort=22\n"
                   "MigrationAddresses=192.0.2.1\nHostUUID=" UUID "\n" },
        { "local", "[Host]\nPeerTransport=tcp\nPeerAddress=host-a\nAllowPlaintext=yes\n" },
        { "local", "[Host]\nDriver=xen\n" },
        { "host-b", "[Host]\nDriver=xen\nTransport=tls\nAddress=b\nPort=9\n" },
        { "host-b", "[Host]\nDriver=openvz\nTransport=ssh\nAddress=b\n" },
        { "host-b", VPX },
        { "host-b", VPX "Cluster=Cl 1\nPort=8443\nVerifyCertificate=no\nHostUUID=" UUID "\n" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(MigHost) host = parse(files[i].name, files[i].text);
        g_autoptr(GVariant) dict = g_variant_ref_sink(mig_host_to_variant(host));
        g_autoptr(GError) error = NULL;
        g_autoptr(MigHost) again = mig_host_from_variant(dict, &error);

        g_assert_no_error(error);
        assert_same(host, again);
    }
}

static void test_variant_keys(void)
{
    g_autoptr(MigHost) host =
        parse("host-b", TLS "Port=9\nMigrationAddresses=192.0.2.1\nHostUUID=" UUID "\n");
    g_autoptr(GVariant) dict = g_variant_ref_sink(mig_host_to_variant(host));
    g_autoptr(GVariant) expected = g_variant_ref_sink(g_variant_new_parsed(
        "{'name': <'host-b'>, 'driver': <'qemu'>, 'transport': <'tls'>, "
        "'address': <'host-b.example'>, 'port': <uint16 9>, 'peer-transport': <'tls'>, "
        "'peer-address': <'host-b.example'>, 'peer-port': <uint16 9>, "
        "'migration-addresses': <['192.0.2.1']>, 'host-uuid': <'" UUID "'>}"));
    GVariantIter iter;
    const char *key;
    GVariant *value;

    g_assert_cmpuint(g_variant_n_children(dict), ==, g_variant_n_children(expected));
    g_variant_iter_init(&iter, expected);
    while (g_variant_iter_next(&iter, "{&sv}", &key, &value)) {
        g_autoptr(GVariant) wanted = value;
        g_autoptr(GVariant) got = g_variant_lookup_value(dict, key, NULL);

        g_assert_nonnull(got);
        g_assert_cmpvariant(got, wanted);
    }
}

static void test_bad_variants(void)
{
#define START "{'name': <'b'>, 'driver': <'qemu'>, 'transport': <'tls'>, 'address': <'host-b'>"
    static const struct {
        const char *text;
        const char *says;
    } dicts[] = {
        { "@a{sv} {}", "\"name\" is missing" },
        { "{'name': <1>}", "\"name\" is missing" },
        { "{'name': <'B'>}", "no host name" },
        { "{'name': <'b'>}", "Transport= is missing" },
        { START ", 'command': <'/x'>}", "\"command\" is unknown" },
        { START ", 'Port': <uint16 1>}", "\"Port\" is unknown" },
        { START ", 'port': <1>}", "must be of D-Bus type q" },
        { START ", 'port': <uint16 0>}", "Port=\"0\"" },
        { START ", 'user': <'root'>}", "User= is for Transport=ssh only" },
        { START ", 'migration-addresses': <'192.0.2.1'>}", "must be of D-Bus type as" },
        { START ", 'migration-addresses': <['127.0.0.1']>}", "MigrationAddresses=\"127.0.0.1\"" },
        { START ", 'migration-addresses': <@as []>}", "MigrationAddresses= is empty" },
        { START ", 'allow-plaintext': <'yes'>}", "must be of D-Bus type b" },
        { START ", 'peer-transport': <'tcp'>}", "AllowPlaintext=yes" },
        { START ", 'peer-transport': <'tcp'>, 'allow-plaintext': <false>}", "AllowPlaintext=yes" },
        { START ", 'host-uuid': <'x'>}", "HostUUID=\"x\"" },
        { START ", 'address': <'localhost'>, 'address': <'h?command=/x'>}", "Address=" },
        { "{'name': <'local'>, 'driver': <'vpx'>}", "Driver=vpx is not for local" },
        { "{'name': <'local'>, 'address': <'host-b'>}", "Address= may not be given" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(dicts); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) dict =
            g_variant_parse(G_VARIANT_TYPE_VARDICT, dicts[i].text, NULL, NULL, &error);

        g_assert_no_error(error);
        g_assert_null(mig_host_from_variant(dict, &error));
        g_assert_error(error, MIG_ERROR, MIG_ERROR_INVALID_HOST_FILE);
        if (strstr(error->message, dicts[i].says) == NULL)
            g_error("%s says: %s", dicts[i].text, error->message);
    }
#undef START
}

static MigHost *from_settings(const char *name, const char *text, GError **error)
{
    g_autoptr(GVariant) settings = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, error);

    return settings != NULL ? mig_host_from_settings(name, settings, error) : NULL;
}

/* Settings -> host -> settings and text -> host: all say the same. */
static void test_settings(void)
{
    static const struct {
        const char *settings;
        const char *text; /* after the comment and the group */
    } rows[] = {
        { "{'transport': <'ssh'>, 'address': <'host-b.example'>, 'user': <'root'>}",
          "Driver=qemu\nTransport=ssh\nAddress=host-b.example\nUser=root\n" },
        { "{'driver': <'xen'>, 'transport': <'tls'>, 'address': <'2001:DB8::1'>, "
          "'port': <uint16 16515>, 'host-uuid': <'" UUID "'>, "
          "'migration-addresses': <['192.0.2.1', '2001:db8::2']>}",
          "Driver=xen\nTransport=tls\nAddress=2001:db8::1\nPort=16515\n"
          "MigrationAddresses=192.0.2.1;2001:db8::2\nHostUUID=" UUID "\n" },
        { "{'transport': <'ssh'>, 'address': <'host-b'>, 'port': <uint16 22>, "
          "'peer-transport': <'tcp'>, 'allow-plaintext': <true>}",
          "Driver=qemu\nTransport=ssh\nAddress=host-b\nPort=22\nPeerTransport=tcp\n"
          "AllowPlaintext=yes\n" },
        { "{'transport': <'ssh'>, 'address': <'a'>, 'user': <'u'>, 'peer-address': <'b'>, "
          "'peer-user': <'root'>, 'peer-port': <uint16 2222>}",
          "Driver=qemu\nTransport=ssh\nAddress=a\nUser=u\nPeerAddress=b\nPeerPort=2222\n"
          "PeerUser=root\n" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(MigHost) host = from_settings("host-b", rows[i].settings, &error);
        g_autoptr(MigHost) read = NULL;
        g_autoptr(MigHost) again = NULL;
        g_autoptr(GVariant) settings = NULL, before = NULL, after = NULL, last = NULL;
        g_autofree char *text = NULL;

        g_assert_no_error(error);
        g_assert_true(mig_host_is_plain(host));
        text = mig_host_to_text(host);
        g_assert_cmpstr(strchr(strstr(text, "[Host]"), '\n') + 1, ==, rows[i].text);
        read = mig_host_parse("host-b", text, strlen(text), &error);
        g_assert_no_error(error);
        settings = g_variant_ref_sink(mig_host_to_settings(read));
        again = mig_host_from_settings("host-b", settings, &error);
        g_assert_no_error(error);

        before = g_variant_ref_sink(mig_host_to_variant(host));
        after = g_variant_ref_sink(mig_host_to_variant(read));
        last = g_variant_ref_sink(mig_host_to_variant(again));
        g_assert_cmpvariant(before, after);
        g_assert_cmpvariant(before, last);
    }
}

static void test_bad_settings(void)
{
#define START "{'transport': <'tls'>, 'address': <'host-b'>"
    static const struct {
        const char *name;
        const char *text;
        const char *says;
    } rows[] = {
        { "local", START "}", "local.conf" },
        { "", START "}", "no host name" },
        { "../x", START "}", "no host name" },
        { "x.conf/../y", START "}", "no host name" },
        { "b", "@a{sv} {}", "transport is missing" },
        { "b", START ", 'name': <'c'>}", "\"name\" is no setting" },
        { "b", START ", 'disk-directories': <['/etc']>}", "\"disk-directories\" is no setting" },
        { "b", START ", 'allow-rdma': <true>}", "\"allow-rdma\" is no setting" },
        { "b", START ", 'password-file': <'x'>}", "\"password-file\" is no setting" },
        { "b", START ", 'datacenter': <'x'>}", "\"datacenter\" is no setting" },
        { "b", START ", 'verify-certificate': <false>}", "is no setting" },
        { "b", START ", 'Address': <'x'>}",
          "\"Address\" is no setting; did you mean \"address\"?" },
        { "b", START ", 'transprt': <'x'>}", "did you mean \"transport\"?" },
        { "b", START ", 'what': <'x'>}", "host-uuid, and replace." },
        { "b", "{'transport': <'tls'>, 'address': <'b'>, 'user': <'root'>}",
          "user is for transport ssh only; leave it out." },
        { "b", "{'transport': <'tcp'>, 'address': <'b'>}",
          "transport tcp sends everything in plain text; use tls or ssh, or add allow-plaintext" },
        { "b", START ", 'migration-addresses': <['x']>}",
          "migration-addresses \"x\" is not usable; it may be up to 64 IP addresses without" },
        { "b", "{'address': <'b'>}", "Host b: transport is missing; it may be ssh, tls or tcp." },
        { "b", START ", 'address\n[Host]': <'x'>}", "is no setting" },
        { "b", START ", 'driver': <'vpx'>}", "vCenter" },
        { "b", START ", 'driver': <'qemu+ext'>}", "it may be qemu, xen, vz or openvz." },
        { "b", START ", 'port': <22>}", "must be of D-Bus type q" },
        { "b", START ", 'user': <'root'>}", "user is for transport ssh only" },
        { "b", "{'transport': <'tcp'>, 'address': <'b'>}", "add allow-plaintext (true)." },
        { "b", "{'transport': <'unix'>, 'address': <'b'>}", "transport \"unix\"" },
        { "b", "{'transport': <'https'>, 'address': <'b'>}", "transport \"https\"" },
        { "b", "{'transport': <'ssh'>, 'address': <'b/system?command=/x'>}", "address " },
        { "b", "{'transport': <'ssh'>, 'address': <'b\nUser=root'>}", "address " },
        { "b", "{'transport': <'ssh'>, 'address': <'b User=x, remove the line'>}",
          "address \"b User=x, remove the line\" is not usable" },
        { "b", "{'transport': <'ssh'>, 'address': <'-oProxyCommand=x'>}", "address " },
        { "b", "{'transport': <'ssh'>, 'address': <'b'>, 'user': <'-lx'>}", "user " },
        { "b", "{'transport': <'ssh'>, 'address': <'b'>, 'peer-user': <'a b'>}", "peer-user " },
    };
#undef START

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(from_settings(rows[i].name, rows[i].text, &error));
        g_assert_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT);
        if (strstr(error->message, rows[i].says) == NULL)
            g_error("%s says: %s", rows[i].text, error->message);
    }
}

/* What AddHost does not take is seen, too, when a file has it. */
static void test_plain(void)
{
    g_autoptr(MigHost) plain = parse("host-b", SSH "PeerTransport=tls\n");
    g_autoptr(MigHost) rdma = parse("host-b", SSH "AllowRDMA=yes\n");
    g_autoptr(MigHost) directories = parse("host-b", SSH "DiskDirectories=/srv\n");
    g_autoptr(MigHost) local = mig_host_new_local();
    g_autoptr(GVariant) none = g_variant_ref_sink(mig_host_to_settings(local));

    g_assert_true(mig_host_is_plain(plain));
    g_assert_false(mig_host_is_plain(rdma));
    g_assert_false(mig_host_is_plain(directories));
    g_assert_false(mig_host_is_plain(local));
    g_assert_cmpuint(g_variant_n_children(none), ==, 0);
}

/* Random damage to a good file: a host that can be used, or an error. */
static void test_damage(void)
{
    static const char good[] = SSH "Port=22\nUser=root\nPeerTransport=tls\n"
                                   "MigrationAddresses=192.0.2.1;2001:db8::1\nHostUUID=" UUID "\n";
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    guint accepted = 0;

    for (guint i = 0; i < 20000; i++) {
        g_autofree char *text = g_strdup(good);
        g_autoptr(GError) error = NULL;
        g_autoptr(MigHost) host = NULL;

        for (int n = g_rand_int_range(random, 1, 4); n > 0; n--)
            text[g_rand_int_range(random, 0, (gint32) strlen(good))] = (char) g_rand_int(random);
        host = mig_host_parse("host-b", text, strlen(good), &error);
        if (host == NULL) {
            g_assert_error(error, MIG_ERROR, MIG_ERROR_INVALID_HOST_FILE);
            continue;
        }
        accepted++;
        g_assert_cmpint(host->own.connect, >=, MIG_CONNECT_SSH);
        g_assert_cmpint(host->peer.connect, >=, MIG_CONNECT_SSH);
    }
    g_assert_cmpuint(accepted, >, 100);
    g_assert_cmpuint(accepted, <, 19000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/hostfile/local", test_local);
    g_test_add_func("/hostfile/full", test_full);
    g_test_add_func("/hostfile/peer-defaults", test_peer_defaults);
    g_test_add_func("/hostfile/local-file", test_local_file);
    g_test_add_func("/hostfile/drivers", test_drivers);
    g_test_add_func("/hostfile/bad-files", test_bad_files);
    g_test_add_func("/hostfile/limits", test_limits);
    g_test_add_func("/hostfile/address-limit", test_address_limit);
    g_test_add_func("/hostfile/names", test_names);
    g_test_add_func("/hostfile/connect-names", test_connect_names);
    g_test_add_func("/hostfile/round-trip", test_round_trip);
    g_test_add_func("/hostfile/variant-keys", test_variant_keys);
    g_test_add_func("/hostfile/bad-variants", test_bad_variants);
    g_test_add_func("/hostfile/settings", test_settings);
    g_test_add_func("/hostfile/bad-settings", test_bad_settings);
    g_test_add_func("/hostfile/plain", test_plain);
    g_test_add_func("/hostfile/damage", test_damage);

    return g_test_run();
}
