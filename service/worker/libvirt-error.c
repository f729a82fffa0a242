/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See libvirt-error.h. One table, the first row that fits counts. libvirt gives most failures to
 * reach a host the code VIR_ERR_SYSTEM_ERROR and passes on what ssh, GnuTLS or the kernel said, so
 * those rows look for words of that text (ssh and the C library speak English: LANG is set).
 */
#include "libvirt-error.h"

#include <libvirt/virterror.h>
#include <string.h>

#include "clean.h"
#include "config.h"
#include "error.h"
#include "log.h"
#include "sentence.h"
#include "text.h"

#define OPEN MIG_DOING_OPEN
#define ASK MIG_DOING_ASK
#define MIGRATE MIG_DOING_MIGRATE
#define CONTROL MIG_DOING_CONTROL
#define RECOVER MIG_DOING_RECOVER
#define ANY (OPEN | ASK | MIGRATE | CONTROL | RECOVER)
#define CODE_ANY (-1)
/* Characters of libvirt's text for the journal. */
#define LINE_MAX_CHARACTERS 8000
#define PUBLIC_KEY STATE_DIR "/.ssh/id_ed25519.pub"

/* Which host of the place a failure of the migrate call is about, where its error is one of a host;
 * that of everything else is the one that was asked. */
typedef enum { OF_HOST, OF_DESTINATION, OF_EITHER } About;

typedef struct {
    guint doing;
    int code;
    const char *text; /* libvirt's text has this in it; NULL: any */
    MigError error;
    const char *sentence; /* {host}, {destination}, {address}, {login} and so on */
    About about;
} Row;

static const Row rows[] = {
    /* no way to the host */
    { OPEN, CODE_ANY, "REMOTE HOST IDENTIFICATION HAS CHANGED", MIG_ERROR_HOST_KEY_CHANGED,
      "the ssh key of host {host} ({address}) is another than the known one; find out why, and if "
      "it is the right one run here: migration-key --forget {host}; migration-key --accept "
      "{host}" },
    { OPEN, CODE_ANY, "Host key verification failed", MIG_ERROR_HOST_KEY_UNKNOWN,
      "the ssh key of host {host} ({address}) is not known to this service; look at it, compare it "
      "and accept it with: migration-key --accept {host}" },
    { OPEN, CODE_ANY, "libvirt-sock': Permission denied", MIG_ERROR_LIBVIRT_REFUSED,
      "libvirtd on host {host} does not let user {login} in; add that user to the group libvirt "
      "there: usermod -aG libvirt {login}" },
    { OPEN, CODE_ANY, "Failed to connect socket", MIG_ERROR_LIBVIRT_DOWN,
      "libvirtd does not run on host {host}; start it there: systemctl start libvirtd.socket" },
    { OPEN, CODE_ANY, "Permission denied", MIG_ERROR_LOGIN_REFUSED,
      "host {host} ({address}) refused the ssh key of this service for user {login}; install the "
      "public key " PUBLIC_KEY " there: migration-key {host}" },
    { OPEN, CODE_ANY, "Too many authentication failures", MIG_ERROR_LOGIN_REFUSED,
      "host {host} ({address}) refused the ssh key of this service for user {login}; install the "
      "public key " PUBLIC_KEY " there: migration-key {host}" },
    { OPEN, CODE_ANY, "virt-ssh-helper", MIG_ERROR_LIBVIRT_DOWN,
      "the ssh login to host {host} works, but virt-ssh-helper is not there; install libvirt's "
      "daemon on it" },
    { OPEN, CODE_ANY, "returned an error: SSL", MIG_ERROR_LOGIN_REFUSED,
      "the certificate of the vCenter of host {host} ({address}) is not trusted here; install the "
      "authority that signed it (update-ca-certificates)" },
    { OPEN, CODE_ANY, "for call to 'Login'", MIG_ERROR_LOGIN_REFUSED,
      "the vCenter of host {host} ({address}) refused the login; correct User= in the host file, "
      "or "
      "the first line of the file that its PasswordFile= names" },
    { OPEN, CODE_ANY, "Could not find datacenter", MIG_ERROR_INVALID_HOST_FILE,
      "the vCenter of host {host} ({address}) has no such datacenter; correct Datacenter= in the "
      "host file" },
    { OPEN, CODE_ANY, "Could not find compute resource", MIG_ERROR_INVALID_HOST_FILE,
      "the vCenter of host {host} ({address}) has no such cluster or host; correct Cluster= and "
      "HostSystem= in the host file" },
    { OPEN, CODE_ANY, "Could not find host system", MIG_ERROR_INVALID_HOST_FILE,
      "the vCenter of host {host} ({address}) has no such host; correct HostSystem= in the host "
      "file" },
    { OPEN, CODE_ANY, "ertificate", MIG_ERROR_LOGIN_REFUSED,
      "host {host} ({address}) and this service do not accept each other's TLS certificates; check "
      "the authority, the names and the dates of both" },
    { OPEN, CODE_ANY, "TLS", MIG_ERROR_LOGIN_REFUSED,
      "host {host} ({address}) broke off the TLS handshake; check that it speaks TLS on that port "
      "and accepts the certificate of this service" },
    { OPEN, CODE_ANY, "Broken pipe", MIG_ERROR_HOST_UNREACHABLE,
      "ssh to host {host} ({address}) ended at once; log in there by hand as the user this service "
      "runs as to see why" },
    { OPEN, CODE_ANY, "access denied by policy", MIG_ERROR_LIBVIRT_REFUSED,
      "polkit on host {host} does not let user {login} use libvirt; allow org.libvirt.unix.manage "
      "there, or add the user to the group libvirt: usermod -aG libvirt {login}" },
    { OPEN, VIR_ERR_AUTH_FAILED, NULL, MIG_ERROR_LOGIN_REFUSED,
      "libvirtd on host {host} refused the login of this service; check its auth settings and "
      "polkit rules in libvirtd.conf" },
    { OPEN, VIR_ERR_AUTH_CANCELLED, NULL, MIG_ERROR_LOGIN_REFUSED,
      "libvirtd on host {host} asks for a name and password, which this service never gives; allow "
      "it by ssh key, certificate or polkit rule" },
    { OPEN, VIR_ERR_AUTH_UNAVAILABLE, NULL, MIG_ERROR_LIBVIRT_REFUSED,
      "libvirtd on host {host} does not let user {login} in; add that user to the group libvirt "
      "there: usermod -aG libvirt {login}, or allow it by a polkit rule for "
      "org.libvirt.unix.manage" },
    { OPEN, CODE_ANY, "resolve", MIG_ERROR_HOST_NAME_UNKNOWN,
      "the name {address} of host {host} does not resolve to an address; correct that address "
      "(Address=) or the name service" },
    { OPEN, CODE_ANY, "onnection refused", MIG_ERROR_CONNECTION_REFUSED,
      "host {host} ({address}) refused the connection; check that it listens for {via}, and at the "
      "port that is set" },
    { OPEN, CODE_ANY, "imed out", MIG_ERROR_HOST_TIMEOUT,
      "host {host} ({address}) did not answer; check that it is up and that no firewall is "
      "between" },
    { OPEN, CODE_ANY, "No route to host", MIG_ERROR_HOST_UNREACHABLE,
      "there is no route to host {host} ({address}); check that it is up and the network to it" },
    { OPEN, CODE_ANY, "unreachable", MIG_ERROR_HOST_UNREACHABLE,
      "there is no route to host {host} ({address}); check that it is up and the network to it" },
    { OPEN, CODE_ANY, NULL, MIG_ERROR_HOST_UNREACHABLE,
      "no connection to libvirtd on host {host} ({address}); check that it runs and listens for "
      "{via}, libvirt's own text tells more" },

    /* the guest is held; the text begins with "Timed out", too */
    { ASK | MIGRATE, CODE_ANY, "(held by monitor=remoteDispatchDomainMigrateBegin3Params",
      MIG_ERROR_GUEST_BUSY,
      "a migration holds guest {guest} on host {host}; wait for its end, and if there is none, it "
      "failed at its beginning and was not given up: restart libvirtd on host {host}, which frees "
      "the guest and lets it run on" },
    { ASK | MIGRATE | RECOVER, CODE_ANY, "state change lock", MIG_ERROR_GUEST_BUSY,
      "another job on host {host} holds guest {guest}; wait for it to end, or look at it with "
      "virsh domjobinfo" },

    /* QEMU did not start on the destination; its own words follow in the text, "Permission denied"
     * and the like, so these come before the rows that look for such words */
    { MIGRATE, CODE_ANY, "guest CPU", MIG_ERROR_INCOMPATIBLE,
      "the CPU of guest {guest} does not fit that of host {destination}; give the guest a CPU "
      "model both hosts have" },
    { MIGRATE, CODE_ANY, "closed the monitor", MIG_ERROR_FAILED,
      "the hypervisor of guest {guest} ended on host {destination}; libvirt's own text or what it "
      "wrote there (/var/log/libvirt/qemu) tells why" },
    { MIGRATE, CODE_ANY, "while connecting to monitor", MIG_ERROR_FAILED,
      "the hypervisor of guest {guest} cannot be started on host {destination}; libvirt's own text "
      "or what it wrote there (/var/log/libvirt/qemu) tells why" },
    { MIGRATE, CODE_ANY, "monitor socket", MIG_ERROR_FAILED,
      "the hypervisor of guest {guest} ended on host {destination} as soon as it was started; what "
      "it wrote there (/var/log/libvirt/qemu) tells why" },
    { MIGRATE, CODE_ANY, "storage file '", MIG_ERROR_FAILED,
      "a disk of guest {guest} cannot be opened on host {destination}; libvirt's own text names "
      "it, see that it is there and that the hypervisor may read it" },

    /* the source's libvirtd could not open the destination's */
    { MIGRATE, CODE_ANY, "Host key verification failed", MIG_ERROR_HOST_KEY_UNKNOWN,
      "the ssh key of host {destination} is not known on host {host}; enter it in the known_hosts "
      "file of root there, or use flow managed-direct",
      OF_DESTINATION },
    { MIGRATE, CODE_ANY, "Permission denied (", MIG_ERROR_LOGIN_REFUSED,
      "host {destination} refused the login of host {host}'s libvirtd; let root of host {host} log "
      "in there, or use flow managed-direct",
      OF_DESTINATION },
    /* QEMU's own certificates, which the libvirt daemons only name to it */
    { MIGRATE, CODE_ANY, "'object-add'", MIG_ERROR_LOGIN_REFUSED,
      "the certificates with which the hypervisors of host {host} and host {destination} encrypt "
      "are "
      "no good; look at those in migrate_tls_x509_cert_dir of qemu.conf on both, libvirt's own "
      "text "
      "names the one",
      OF_EITHER },
    { MIGRATE, CODE_ANY, "ertificate", MIG_ERROR_LOGIN_REFUSED,
      "the libvirt daemons of host {host} and host {destination} do not accept each other's TLS "
      "certificates; check both, or use flow managed-direct",
      OF_EITHER },
    { MIGRATE, VIR_ERR_AUTH_FAILED, NULL, MIG_ERROR_LOGIN_REFUSED,
      "host {destination} refused the login of host {host}'s libvirtd; check the certificates or "
      "rules there, or use flow managed-direct",
      OF_DESTINATION },
    /* its text has "resolved" in it */
    { MIGRATE, CODE_ANY, "requires an FQDN", MIG_ERROR_INVALID_HOST_FILE,
      "host {destination} does not know its own name and cannot say where to send guest {guest}; "
      "set MigrationAddresses= in its host file and use interface-address, or correct its host "
      "name" },
    { MIGRATE, CODE_ANY, "resolve", MIG_ERROR_HOST_UNREACHABLE,
      "host {host} cannot resolve the name under which it was to reach host {destination}; correct "
      "PeerAddress= in its host file or the name service of host {host}, or give interface-address "
      "if that is how host {destination} calls itself",
      OF_DESTINATION },
    { MIGRATE, CODE_ANY, "onnection refused", MIG_ERROR_HOST_UNREACHABLE,
      "host {destination} refused a connection from host {host}; check Peer* in its host file, and "
      "that it listens there, or give interface-address if it was that of guest {guest} itself",
      OF_DESTINATION },
    { MIGRATE, CODE_ANY, "No route to host", MIG_ERROR_HOST_UNREACHABLE,
      "host {host} has no route to host {destination}; check the network and the firewall between "
      "them",
      OF_DESTINATION },
    { MIGRATE, CODE_ANY, "imed out", MIG_ERROR_HOST_UNREACHABLE,
      "host {host} got no answer from host {destination}; check the network and the firewall "
      "between them",
      OF_DESTINATION },
    { MIGRATE, CODE_ANY, "Failed to connect to remote libvirt URI", MIG_ERROR_HOST_UNREACHABLE,
      "host {host}'s libvirtd cannot connect to that of host {destination}; check Peer* in its "
      "host file, or use flow managed-direct",
      OF_DESTINATION },

    /* the host went away, or will not say */
    { ASK | MIGRATE | CONTROL | RECOVER, CODE_ANY, "keepalive timeout", MIG_ERROR_CONNECTION_LOST,
      "host {host} stopped answering; check that it is up and the network to it", OF_EITHER },
    { ASK | MIGRATE | CONTROL | RECOVER, VIR_ERR_SYSTEM_ERROR, "End of file while reading data",
      MIG_ERROR_CONNECTION_LOST,
      "libvirtd on host {host} or its peer closed the connection; check that it runs on both",
      OF_EITHER },
    { ASK | MIGRATE | CONTROL | RECOVER, VIR_ERR_SYSTEM_ERROR, "Cannot recv data",
      MIG_ERROR_CONNECTION_LOST,
      "the connection to host {host} or its peer was lost; check both and the network", OF_EITHER },
    { ASK | MIGRATE | CONTROL | RECOVER, VIR_ERR_SYSTEM_ERROR, "Cannot write data",
      MIG_ERROR_CONNECTION_LOST,
      "the connection to host {host} or its peer was lost; check both and the network", OF_EITHER },
    { ASK | MIGRATE | CONTROL | RECOVER, CODE_ANY, "client socket is closed",
      MIG_ERROR_CONNECTION_LOST,
      "the connection to host {host} or its peer was lost; check both and the network", OF_EITHER },
    { MIGRATE, CODE_ANY, "Lost connection to destination host", MIG_ERROR_CONNECTION_LOST,
      "host {host} lost its connection to host {destination}; check the network between them",
      OF_DESTINATION },
    { ASK | MIGRATE | CONTROL | RECOVER, VIR_ERR_ACCESS_DENIED, NULL, MIG_ERROR_LOGIN_REFUSED,
      "libvirtd on host {host} does not allow this service to do that; check its access rules "
      "(access_drivers in libvirtd.conf)" },
    /* a migration asks the source by UUID, and only the destination by name */
    { MIGRATE, VIR_ERR_NO_DOMAIN, "no domain with matching name", MIG_ERROR_FAILED,
      "guest {guest} was stopped on host {destination} while it arrived there; look in its log in "
      "/var/log/libvirt/qemu there, and see that nobody destroys it" },
    { ASK | MIGRATE, VIR_ERR_NO_DOMAIN, NULL, MIG_ERROR_GUEST_NOT_FOUND,
      "there is no guest {guest} on host {host}; it may have been stopped just now" },

    /* they may not, or cannot */
    { MIGRATE, VIR_ERR_MIGRATE_UNSAFE, NULL, MIG_ERROR_UNSAFE,
      "libvirt calls it unsafe to migrate guest {guest}: its disks are not on storage that both "
      "hosts share, or use a host cache; put them on shared storage with cache=none" },
    { MIGRATE, VIR_ERR_CPU_INCOMPATIBLE, NULL, MIG_ERROR_INCOMPATIBLE,
      "the CPU of guest {guest} does not fit that of host {destination}; give the guest a CPU "
      "model both hosts have" },
    { MIGRATE, VIR_ERR_OPERATION_ABORTED, NULL, MIG_ERROR_CANCELLED,
      "the migration of guest {guest} was cancelled" },
    { MIGRATE, CODE_ANY, "canceled by client", MIG_ERROR_CANCELLED,
      "the migration of guest {guest} was cancelled" },
    { MIGRATE, CODE_ANY, "same host", MIG_ERROR_SAME_HOST,
      "host {host} and host {destination} are one machine; choose another destination" },
    { MIGRATE, CODE_ANY, "is already active", MIG_ERROR_GUEST_EXISTS,
      "a guest {guest} is active on host {destination} already; stop or rename it there" },
    { MIGRATE, VIR_ERR_DOM_EXIST, NULL, MIG_ERROR_GUEST_EXISTS,
      "host {destination} has another guest of the name or UUID of {guest}; rename or remove it "
      "there" },
    { MIGRATE, CODE_ANY, "already exists with uuid", MIG_ERROR_GUEST_EXISTS,
      "host {destination} has another guest of the name or UUID of {guest}; rename or remove it "
      "there" },
    { MIGRATE, CODE_ANY, "another migration job is already running", MIG_ERROR_GUEST_BUSY,
      "guest {guest} is being migrated by somebody else; wait for that to end" },
    { MIGRATE, CODE_ANY, "domain is not running", MIG_ERROR_GUEST_NOT_RUNNING,
      "guest {guest} has just stopped running" },
    { MIGRATE, CODE_ANY, "Unable to write to socket", MIG_ERROR_FAILED,
      "host {destination} closed the connection on which guest {guest} arrived; what its "
      "hypervisor "
      "wrote there (/var/log/libvirt/qemu) tells why" },
    { MIGRATE, CODE_ANY, "Unable to read from socket", MIG_ERROR_FAILED,
      "host {destination} closed the connection on which guest {guest} arrived; what its "
      "hypervisor "
      "wrote there (/var/log/libvirt/qemu) tells why" },
    { MIGRATE, CODE_ANY, "unused port in range", MIG_ERROR_LIMITS_EXCEEDED,
      "host {destination} has no free port for another migration; wait until one of those that run "
      "has ended" },
    { MIGRATE, CODE_ANY, "Address already in use", MIG_ERROR_LIMITS_EXCEEDED,
      "a port at which host {destination} was to receive guest {guest} is taken there; choose "
      "another "
      "one for port or disks-port, or leave it to libvirt" },
    { MIGRATE, CODE_ANY, "only with VIR_MIGRATE_TLS", MIG_ERROR_NOT_ALLOWED,
      "host {host} or host {destination} migrates only with encryption (migrate_tls_force in "
      "qemu.conf); add tls" },
    { MIGRATE, CODE_ANY, "refer to the same vCenter", MIG_ERROR_NOT_SUPPORTED,
      "host {host} and host {destination} have two vCenters, and guests move only between hosts of "
      "one; name another destination" },
    { MIGRATE, CODE_ANY, "not possible without a vCenter", MIG_ERROR_NOT_SUPPORTED,
      "host {host} is not reached through a vCenter, which alone can migrate guest {guest}; give "
      "it a host file with Driver=vpx" },
    { MIGRATE, CODE_ANY, "Renaming domains on migration not supported", MIG_ERROR_NOT_SUPPORTED,
      "the hypervisor driver of host {host} cannot give guest {guest} another name; leave out "
      "destination-name" },
    { MIGRATE, CODE_ANY, "vpxmigr:// migration URIs", MIG_ERROR_NOT_SUPPORTED,
      "the hypervisor driver of host {host} takes no address to send guest {guest} to; leave out "
      "interface-address" },
    { MIGRATE, CODE_ANY, "unsupported flags (0x", MIG_ERROR_NOT_SUPPORTED,
      "the hypervisor driver of host {host} or host {destination} does not know an option of this "
      "migration; leave out those that Plan names flags for" },
    { MIGRATE, CODE_ANY, "unable to parse URI", MIG_ERROR_NOT_SUPPORTED,
      "host {destination} cannot read the address it was to receive guest {guest} at; leave out "
      "interface-address, and if the guest is held on host {host} now, restart libvirtd there" },
    { MIGRATE, CODE_ANY, "Failed to send migration data to destination host", MIG_ERROR_FAILED,
      "host {host} could not send guest {guest}; a Xen without shadow paging cannot do it live, "
      "try live=false, and /var/log/libvirt/libxl on both hosts tells more" },
    { MIGRATE, CODE_ANY, "direct migration is not supported", MIG_ERROR_NOT_SUPPORTED,
      "the hypervisor driver of host {host} cannot move guest {guest} without libvirt on host "
      "{destination}; use flow peer-to-peer or managed-direct" },
    { MIGRATE, VIR_ERR_NO_SUPPORT, NULL, MIG_ERROR_NOT_SUPPORTED,
      "the hypervisor driver of host {host} or host {destination} cannot do this migration" },
    { MIGRATE, VIR_ERR_ARGUMENT_UNSUPPORTED, NULL, MIG_ERROR_NOT_SUPPORTED,
      "the hypervisor driver of host {host} or host {destination} cannot do this migration; try "
      "other options" },
    { MIGRATE, VIR_ERR_OPERATION_UNSUPPORTED, NULL, MIG_ERROR_NOT_SUPPORTED,
      "guest {guest} cannot be migrated as it is; libvirt's own text names the reason" },
    { MIGRATE, VIR_ERR_CONFIG_UNSUPPORTED, NULL, MIG_ERROR_INCOMPATIBLE,
      "the configuration of guest {guest} does not work on host {destination}; libvirt's own text "
      "names what does not" },
    { MIGRATE, CODE_ANY, "Domain not found", MIG_ERROR_GUEST_NOT_FOUND,
      "guest {guest} is gone; it may have been stopped just now" },

    /* the job has gone on meanwhile, or cannot be changed */
    { CONTROL, VIR_ERR_NO_DOMAIN, NULL, MIG_ERROR_TOO_LATE,
      "guest {guest} has just left host {host}; look at the job's state" },
    { CONTROL, VIR_ERR_OPERATION_INVALID, NULL, MIG_ERROR_TOO_LATE,
      "libvirt does not take that of the migration of guest {guest} any more; look at the job's "
      "phase and state" },
    { CONTROL, VIR_ERR_NO_SUPPORT, NULL, MIG_ERROR_NOT_SUPPORTED,
      "the hypervisor driver of host {host} cannot change a migration that runs; wait for its "
      "end" },
    { CONTROL, VIR_ERR_ARGUMENT_UNSUPPORTED, NULL, MIG_ERROR_NOT_SUPPORTED,
      "the hypervisor driver of host {host} cannot change that of a migration that runs" },
    { CONTROL, VIR_ERR_OPERATION_UNSUPPORTED, NULL, MIG_ERROR_NOT_SUPPORTED,
      "the hypervisor of guest {guest} on host {host} cannot change that of a migration" },

    /* or is another than it was a moment ago */
    { RECOVER, VIR_ERR_NO_DOMAIN, NULL, MIG_ERROR_NOT_RECOVERABLE,
      "guest {guest} has just gone from host {host}; call look-again" },
    { RECOVER, VIR_ERR_OPERATION_INVALID, NULL, MIG_ERROR_NOT_RECOVERABLE,
      "libvirt on host {host} does not do that to guest {guest} as it is now; call look-again" },
    { RECOVER, CODE_ANY, NULL, MIG_ERROR_FAILED,
      "libvirt on host {host} did not do that to guest {guest}; its own text, in the journal, "
      "names the reason" },

    /* everything else */
    { CONTROL, CODE_ANY, NULL, MIG_ERROR_FAILED,
      "libvirt on host {host} did not do that to the migration of guest {guest}; its own text, in "
      "the journal, names the reason" },
    { MIGRATE, CODE_ANY, NULL, MIG_ERROR_FAILED,
      "libvirt could not migrate guest {guest} from host {host} to host {destination}; its own "
      "text names the reason" },
    { ANY, CODE_ANY, NULL, MIG_ERROR_FAILED,
      "libvirtd on host {host} could not answer; its own text, in the journal, names the reason" },
};

static const char *const listens_for[MIG_N_CONNECTS] = {
    [MIG_CONNECT_NONE] = "connections",
    [MIG_CONNECT_UNIX] = "local connections (libvirtd.socket)",
    [MIG_CONNECT_SSH] = "ssh",
    [MIG_CONNECT_TLS] = "TLS (libvirtd-tls.socket)",
    [MIG_CONNECT_TCP] = "TCP (libvirtd-tcp.socket)",
    [MIG_CONNECT_HTTPS] = "HTTPS, as a vCenter does",
};

static gboolean row_fits(const Row *row, MigDoing doing, int code, const char *text)
{
    return (row->doing & doing) && (row->code == CODE_ANY || row->code == code) &&
           (!row->text || strstr(text, row->text));
}

static char *make_sentence(const char *pattern, const MigErrorPlace *place)
{
    const MigRoute *route = &place->host->own;
    return mig_sentence(pattern, "{host}", place->host->name, "{address}",
                        route->address ? route->address : "this machine", "{login}",
                        route->user ? route->user : g_get_user_name(), "{via}",
                        listens_for[route->connect], "{destination}",
                        place->destination ? place->destination->name : "", "{guest}",
                        place->guest ? place->guest : "", NULL);
}

/* NULL: it cannot be told. */
static const MigHost *blamed_host(const MigErrorPlace *place, const Row *row)
{
    const MigHost *const hosts[] = {
        [OF_HOST] = place->host, [OF_DESTINATION] = place->destination, [OF_EITHER] = NULL
    };
    return place->doing == MIGRATE ? hosts[row->about] : place->host;
}

GError *mig_libvirt_error_map(const MigErrorPlace *place, int domain, int code, const char *text)
{
    const Row *row = rows;
    while (!row_fits(row, place->doing, code, text))
        row++; /* the last one fits everything */
    g_autofree char *sentence = make_sentence(row->sentence, place);
    GError *error = g_error_new_literal(MIG_ERROR, (int) row->error, sentence);
    const MigHost *host = mig_error_is_of_host(error) ? blamed_host(place, row) : NULL;
    mig_error_set_libvirt(error, (MigLibvirtCode){ domain, code });
    mig_error_set_host(error, host ? host->name : NULL);
    return error;
}

void mig_libvirt_error(const MigErrorPlace *place, char **raw, GError **error)
{
    virErrorPtr last = virGetLastError();
    const char *text = last && last->message ? last->message : "no error was given";
    int code = last ? last->code : VIR_ERR_INTERNAL_ERROR;
    int domain = last ? last->domain : VIR_FROM_NONE;

    g_autofree char *line = mig_text_clean(text, LINE_MAX_CHARACTERS);
    log_warning("libvirt, %s: %s (error %d of domain %d)", place->host->name, line, code, domain);
    if (raw) {
        g_free(*raw);
        *raw = mig_clean_foreign(text);
    }
    g_propagate_error(error, mig_libvirt_error_map(place, domain, code, text));
}
