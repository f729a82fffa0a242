/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvirt's errors and what becomes of them: texts as libvirt 9.0 was seen to say them (domains,
 * codes and words), each with the name it gets and what its sentence must tell.
 */
#include <libvirt/virterror.h>
#include <string.h>

#include "error.h"
#include "plan-fixture.h"
#include "worker/libvirt-error.h"

#define LOCK "Timed out during operation: cannot acquire state change lock "

static const struct {
    MigDoing doing;
    int code;
    const char *text;
    MigError error;
    const char *says[2];
} texts[] = {
    /* ssh */
    { MIG_DOING_OPEN,
      VIR_ERR_SYSTEM_ERROR,
      "Cannot recv data: @@@@@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @@@@@ Host key "
      "verification failed.: Connection reset by peer",
      MIG_ERROR_HOST_KEY_CHANGED,
      { "another than", "migration-key --forget host-a; migration-key --accept host-a" } },
    { MIG_DOING_OPEN,
      VIR_ERR_SYSTEM_ERROR,
      "Cannot recv data: Host key verification failed.: Connection reset by peer",
      MIG_ERROR_HOST_KEY_UNKNOWN,
      { "is not known", "migration-key --accept host-a" } },
    { MIG_DOING_OPEN,
      VIR_ERR_SYSTEM_ERROR,
      "Cannot recv data: root@a.example: Permission denied (publickey).: Connection reset by peer",
      MIG_ERROR_LOGIN_REFUSED,
      { "/.ssh/id_ed25519.pub", "migration-key host-a" } },
    { MIG_DOING_OPEN,
      VIR_ERR_SYSTEM_ERROR,
      "Failed to connect socket to '/var/run/libvirt/libvirt-sock': Permission denied",
      MIG_ERROR_LIBVIRT_REFUSED,
      { "does not let", "usermod -aG libvirt" } },
    { MIG_DOING_OPEN,
      VIR_ERR_AUTH_UNAVAILABLE,
      "authentication unavailable: no polkit agent available to authenticate action "
      "'org.libvirt.unix.manage'",
      MIG_ERROR_LIBVIRT_REFUSED,
      { "does not let", "org.libvirt.unix.manage" } },
    { MIG_DOING_OPEN,
      VIR_ERR_AUTH_FAILED,
      "authentication failed: access denied by policy",
      MIG_ERROR_LIBVIRT_REFUSED,
      { "polkit on host host-a", NULL } },
    { MIG_DOING_OPEN,
      VIR_ERR_SYSTEM_ERROR,
      "End of file while reading data: virt-ssh-helper: cannot connect to "
      "'/var/run/libvirt/libvirt-sock': Failed to connect socket to "
      "'/var/run/libvirt/libvirt-sock': No such file or directory: Input/output error",
      MIG_ERROR_LIBVIRT_DOWN,
      { "libvirtd does not run", "systemctl start" } },
    { MIG_DOING_OPEN,
      VIR_ERR_SYSTEM_ERROR,
      "Cannot recv data: ssh: Could not resolve hostname nosuch: Name or service not known: "
      "Connection reset by peer",
      MIG_ERROR_HOST_NAME_UNKNOWN,
      { "does not resolve", NULL } },
    { MIG_DOING_OPEN,
      VIR_ERR_SYSTEM_ERROR,
      "Cannot recv data: ssh: connect to host b port 2299: Connection refused: Connection reset "
      "by peer",
      MIG_ERROR_CONNECTION_REFUSED,
      { "port that is set", NULL } },
    { MIG_DOING_OPEN,
      VIR_ERR_SYSTEM_ERROR,
      "Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory",
      MIG_ERROR_LIBVIRT_DOWN,
      { "libvirtd does not run", "libvirtd.socket" } },
    { MIG_DOING_OPEN,
      VIR_ERR_SYSTEM_ERROR,
      "End of file while reading data: sh: virt-ssh-helper: not found: Input/output error",
      MIG_ERROR_LIBVIRT_DOWN,
      { "virt-ssh-helper", NULL } },
    /* TLS, names, ports */
    { MIG_DOING_OPEN,
      VIR_ERR_SYSTEM_ERROR,
      "authentication failed: Failed to verify peer's certificate",
      MIG_ERROR_LOGIN_REFUSED,
      { "TLS certificates", NULL } },
    { MIG_DOING_OPEN,
      VIR_ERR_SYSTEM_ERROR,
      "unable to resolve address 'a.example' service '16514': Name or service not known",
      MIG_ERROR_HOST_NAME_UNKNOWN,
      { "a.example", "Address=" } },
    { MIG_DOING_OPEN,
      VIR_ERR_SYSTEM_ERROR,
      "unable to connect to server at 'a.example:16514': Connection refused",
      MIG_ERROR_CONNECTION_REFUSED,
      { "refused the connection", NULL } },
    { MIG_DOING_OPEN,
      VIR_ERR_SYSTEM_ERROR,
      "unable to connect to server at 'a.example:16514': Connection timed out",
      MIG_ERROR_HOST_TIMEOUT,
      { "did not answer", NULL } },
    { MIG_DOING_OPEN,
      VIR_ERR_AUTH_CANCELLED,
      "authentication cancelled",
      MIG_ERROR_LOGIN_REFUSED,
      { "never gives", NULL } },
    /* a vCenter */
    { MIG_DOING_OPEN,
      VIR_ERR_INTERNAL_ERROR,
      "internal error: HTTP response code 500 for call to 'Login'. Fault: ServerFaultCode - Cannot "
      "complete login due to an incorrect user name or password.",
      MIG_ERROR_LOGIN_REFUSED,
      { "refused the login", "PasswordFile=" } },
    { MIG_DOING_OPEN,
      VIR_ERR_INTERNAL_ERROR,
      "internal error: curl_easy_perform() returned an error: SSL peer certificate or SSH remote "
      "key was not OK (60) : SSL certificate problem: self-signed certificate",
      MIG_ERROR_LOGIN_REFUSED,
      { "vCenter", "not trusted here" } },
    { MIG_DOING_OPEN,
      VIR_ERR_INTERNAL_ERROR,
      "internal error: curl_easy_perform() returned an error: Couldn't connect to server (7) : "
      "Failed to connect to a.example port 443 after 0 ms: Connection refused",
      MIG_ERROR_CONNECTION_REFUSED,
      { "refused the connection", NULL } },
    { MIG_DOING_OPEN,
      VIR_ERR_INTERNAL_ERROR,
      "internal error: Could not find datacenter specified in '/DC9/esx1'",
      MIG_ERROR_INVALID_HOST_FILE,
      { "Datacenter=", NULL } },
    { MIG_DOING_OPEN,
      VIR_ERR_INTERNAL_ERROR,
      "internal error: Could not find compute resource specified in '/DC1/esx9'",
      MIG_ERROR_INVALID_HOST_FILE,
      { "Cluster= and HostSystem=", NULL } },
    { MIG_DOING_OPEN,
      VIR_ERR_INTERNAL_ERROR,
      "internal error: Could not find host system specified in '/DC1/C/esx9'",
      MIG_ERROR_INVALID_HOST_FILE,
      { "HostSystem=", NULL } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_INVALID_ARG,
      "invalid argument: Migration source and destination have to refer to the same vCenter",
      MIG_ERROR_NOT_SUPPORTED,
      { "two vCenters", "another destination" } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_INVALID_ARG,
      "invalid argument: Migration not possible without a vCenter",
      MIG_ERROR_NOT_SUPPORTED,
      { "Driver=vpx", NULL } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_INVALID_ARG,
      "invalid argument: Renaming domains on migration not supported",
      MIG_ERROR_NOT_SUPPORTED,
      { "leave out destination-name", NULL } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_INVALID_ARG,
      "invalid argument: Only vpxmigr:// migration URIs are supported",
      MIG_ERROR_NOT_SUPPORTED,
      { "leave out interface-address", NULL } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_INVALID_ARG,
      "invalid argument: unsupported flags (0x40) in function esxDomainMigratePrepare",
      MIG_ERROR_NOT_SUPPORTED,
      { "does not know an option", NULL } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_NO_SUPPORT,
      "this function is not supported by the connection driver: virDomainMigrate3",
      MIG_ERROR_NOT_SUPPORTED,
      { "cannot do this migration", NULL } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_ARGUMENT_UNSUPPORTED,
      "argument unsupported: p2p migration is not supported by the source host",
      MIG_ERROR_NOT_SUPPORTED,
      { "cannot do this migration", NULL } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_ARGUMENT_UNSUPPORTED,
      "argument unsupported: direct migration is not supported by the source host",
      MIG_ERROR_NOT_SUPPORTED,
      { "without libvirt on host host-b", "use flow peer-to-peer" } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_ARGUMENT_UNSUPPORTED,
      "argument unsupported: cannot enforce change protection",
      MIG_ERROR_NOT_SUPPORTED,
      { "cannot do this migration", NULL } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_ARGUMENT_UNSUPPORTED,
      "argument unsupported: offline migration is not supported by the source host",
      MIG_ERROR_NOT_SUPPORTED,
      { "cannot do this migration", NULL } },
    /* Xen */
    { MIG_DOING_MIGRATE,
      VIR_ERR_OPERATION_TIMEOUT,
      LOCK "(held by monitor=remoteDispatchDomainMigrateBegin3Params)",
      MIG_ERROR_GUEST_BUSY,
      { "restart libvirtd on host host-a", "\"web1\"" } },
    { MIG_DOING_ASK,
      VIR_ERR_OPERATION_TIMEOUT,
      LOCK "(held by monitor=remoteDispatchDomainMigrateBegin3Params)",
      MIG_ERROR_GUEST_BUSY,
      { "restart libvirtd on host host-a", "\"web1\"" } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_OPERATION_TIMEOUT,
      LOCK "(held by monitor=remoteDispatchDomainBlockJobAbort)",
      MIG_ERROR_GUEST_BUSY,
      { "another job", "domjobinfo" } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_INVALID_ARG,
      "invalid argument: unable to parse URI: xenmigr://192.0.2.1/",
      MIG_ERROR_NOT_SUPPORTED,
      { "leave out interface-address", "restart libvirtd there" } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_INVALID_ARG,
      "invalid argument: unsupported flags (0x40) in function libxlDomainMigrateBegin3Params",
      MIG_ERROR_NOT_SUPPORTED,
      { "does not know an option", NULL } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_OPERATION_FAILED,
      "operation failed: Failed to send migration data to destination host",
      MIG_ERROR_FAILED,
      { "shadow paging", "live=false" } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_OPERATION_UNSUPPORTED,
      "Operation not supported: domain has assigned host devices",
      MIG_ERROR_NOT_SUPPORTED,
      { "as it is", NULL } },
    /* QEMU */
    { MIG_DOING_MIGRATE,
      VIR_ERR_MIGRATE_UNSAFE,
      "Unsafe migration: Migration without shared storage is unsafe",
      MIG_ERROR_UNSAFE,
      { "shared storage", NULL } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_OPERATION_ABORTED,
      "operation aborted: migration out job: canceled by client",
      MIG_ERROR_CANCELLED,
      { "was cancelled", NULL } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_INVALID_ARG,
      "invalid argument: Attempt to migrate guest to the same host",
      MIG_ERROR_SAME_HOST,
      { "one machine", NULL } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_INTERNAL_ERROR,
      "internal error: hostname on destination resolved to localhost, but migration requires an "
      "FQDN",
      MIG_ERROR_INVALID_HOST_FILE,
      { "MigrationAddresses=", NULL } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_OPERATION_FAILED,
      "operation failed: Lost connection to destination host",
      MIG_ERROR_CONNECTION_LOST,
      { "lost its connection", NULL } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_SYSTEM_ERROR,
      "unable to connect to server at 'b.example:49152': Connection timed out",
      MIG_ERROR_HOST_UNREACHABLE,
      { "got no answer from host host-b", NULL } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_NO_DOMAIN,
      "Domain not found: no domain with matching name 'web1'",
      MIG_ERROR_FAILED,
      { "was stopped on host host-b while it arrived there", NULL } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_NO_DOMAIN,
      "Domain not found: no domain with matching uuid '0b1c2d3e' (web1)",
      MIG_ERROR_GUEST_NOT_FOUND,
      { "there is no guest", NULL } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_OPERATION_FAILED,
      "operation failed: domain is not running",
      MIG_ERROR_GUEST_NOT_RUNNING,
      { "has just stopped running", NULL } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_OPERATION_FAILED,
      "operation failed: job 'migration out' failed: Unable to write to socket: Broken pipe",
      MIG_ERROR_FAILED,
      { "host host-b closed the connection", "/var/log/libvirt/qemu" } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_INTERNAL_ERROR,
      "internal error: qemu unexpectedly closed the monitor",
      MIG_ERROR_FAILED,
      { "ended on host host-b", "/var/log/libvirt/qemu" } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_INTERNAL_ERROR,
      "internal error: process exited while connecting to monitor: qemu: no such device",
      MIG_ERROR_FAILED,
      { "cannot be started on host host-b", "/var/log/libvirt/qemu" } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_INTERNAL_ERROR,
      "internal error: process exited while connecting to monitor: qemu-system-x86_64: -blockdev "
      "{}: Could not open '/srv/web1.qcow2': Permission denied",
      MIG_ERROR_FAILED,
      { "cannot be started on host host-b", "/var/log/libvirt/qemu" } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_SYSTEM_ERROR,
      "failed to connect to monitor socket: Connection refused",
      MIG_ERROR_FAILED,
      { "as soon as it was started", "/var/log/libvirt/qemu" } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_SYSTEM_ERROR,
      "Cannot access storage file '/srv/web1.qcow2' (as uid:64055, gid:64055): Permission denied",
      MIG_ERROR_FAILED,
      { "disk of guest \"web1\"", "host host-b" } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_OPERATION_FAILED,
      "operation failed: job 'migration out' failed: Unable to read from socket: Connection reset "
      "by peer",
      MIG_ERROR_FAILED,
      { "host host-b closed the connection", "/var/log/libvirt/qemu" } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_OPERATION_FAILED,
      "operation failed: Failed to connect to remote libvirt URI qemu+ssh://b.example/system: "
      "Cannot recv data: root@b.example: Permission denied (publickey).: Connection reset by peer",
      MIG_ERROR_LOGIN_REFUSED,
      { "host host-b refused the login", "managed-direct" } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_INTERNAL_ERROR,
      "internal error: unable to execute QEMU command 'object-add': The client certificate "
      "/etc/pki/qemu/client-cert.pem has expired",
      MIG_ERROR_LOGIN_REFUSED,
      { "with which the hypervisors", "migrate_tls_x509_cert_dir" } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_INTERNAL_ERROR,
      "internal error: unable to execute QEMU command 'migrate-incoming': Failed to find an "
      "available port: Address already in use",
      MIG_ERROR_LIMITS_EXCEEDED,
      { "is taken there", "disks-port" } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_OPERATION_INVALID,
      "Requested operation is not valid: this libvirtd instance allows migration only with "
      "VIR_MIGRATE_TLS flag",
      MIG_ERROR_NOT_ALLOWED,
      { "add tls", NULL } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_SYSTEM_ERROR,
      "Unable to resolve address 'nowhere.invalid' service '49152': System error",
      MIG_ERROR_HOST_UNREACHABLE,
      { "cannot resolve the name", "interface-address" } },
    /* and what nobody has seen */
    { MIG_DOING_OPEN,
      VIR_ERR_INTERNAL_ERROR,
      "internal error: unheard of",
      MIG_ERROR_HOST_UNREACHABLE,
      { "no connection", NULL } },
    { MIG_DOING_ASK,
      VIR_ERR_INTERNAL_ERROR,
      "internal error: unheard of",
      MIG_ERROR_FAILED,
      { "could not answer", NULL } },
    { MIG_DOING_MIGRATE,
      VIR_ERR_INTERNAL_ERROR,
      "internal error: unheard of",
      MIG_ERROR_FAILED,
      { "could not migrate", NULL } },
};

static void test_texts(void)
{
    g_autoptr(MigHost) a =
        fixture_host("host-a", "[Host]\nDriver=qemu\nTransport=tls\nAddress=a.example\n");
    g_autoptr(MigHost) b =
        fixture_host("host-b", "[Host]\nDriver=qemu\nTransport=tls\nAddress=b.example\n");

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        MigErrorPlace place = { texts[i].doing, a, b, "web1" };
        g_autoptr(GError) error =
            mig_libvirt_error_map(&place, VIR_FROM_NONE, texts[i].code, texts[i].text);

        g_test_message("%s: %s", mig_error_name(error->code), error->message);
        if (error->code != (int) texts[i].error)
            g_error("%s is %s", texts[i].text, mig_error_name(error->code));
        g_assert_null(strchr(error->message, '{'));
        g_assert_true(strstr(error->message, "host-") || strstr(error->message, "web1"));
        for (guint j = 0; j < 2 && texts[i].says[j]; j++)
            if (!strstr(error->message, texts[i].says[j]))
                g_error("\"%s\" is not in \"%s\"", texts[i].says[j], error->message);
    }
}

/* Which host it was, where that is sure. */
static void test_hosts(void)
{
    static const struct {
        MigDoing doing;
        const char *text, *host;
    } rows[] = {
        { MIG_DOING_OPEN, "Connection refused", "host-a" },
        { MIG_DOING_ASK, "client socket is closed", "host-a" },
        { MIG_DOING_MIGRATE, "client socket is closed", NULL },
        { MIG_DOING_MIGRATE, "Connection refused", "host-b" },
        { MIG_DOING_MIGRATE, "Lost connection to destination host", "host-b" },
        { MIG_DOING_MIGRATE, "authentication failed: certificate has expired", NULL },
        { MIG_DOING_MIGRATE, "guest CPU doesn't match specification", NULL },
    };
    g_autoptr(MigHost) a =
        fixture_host("host-a", "[Host]\nDriver=qemu\nTransport=tls\nAddress=a.example\n");
    g_autoptr(MigHost) b =
        fixture_host("host-b", "[Host]\nDriver=qemu\nTransport=tls\nAddress=b.example\n");

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        MigErrorPlace place = { rows[i].doing, a, b, "web1" };
        g_autoptr(GError) error =
            mig_libvirt_error_map(&place, VIR_FROM_NONE, VIR_ERR_SYSTEM_ERROR, rows[i].text);

        g_test_message("%s", rows[i].text);
        g_assert_cmpstr(mig_error_host(error), ==, rows[i].host);
    }
}

/* A guest's name cannot write the sentence. */
static void test_names(void)
{
    g_autoptr(MigHost) local = mig_host_new_local();
    MigErrorPlace place = { MIG_DOING_MIGRATE, local, local, "a\n{host}" };
    g_autoptr(GError) error =
        mig_libvirt_error_map(&place, VIR_FROM_NONE, VIR_ERR_OPERATION_ABORTED, "");

    g_assert_cmpstr(error->message, ==, "the migration of guest \"a\\u000a{host}\" was cancelled");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/libvirt-error/texts", test_texts);
    g_test_add_func("/libvirt-error/hosts", test_hosts);
    g_test_add_func("/libvirt-error/names", test_names);

    return g_test_run();
}
